export class MonitoringUnavailable extends Error {}
export function buildPushgateway(): Promise<string>;
export function buildPromtool(): Promise<string>;
export function buildPrometheus(): Promise<string>;
export function buildKubeStateMetrics(): Promise<string>;
export function buildOtlpReceiver(): Promise<string>;
