export { type OpenTelemetry, startOpenTelemetry } from './open-telemetry.ts';
