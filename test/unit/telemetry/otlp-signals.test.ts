import { describe, expect, it } from 'vitest';
import { readOtlpRequest } from '../../../src/telemetry/otlp-signals.ts';

function read(env: Record<string, string>) {
  const { targets, problems } = readOtlpRequest(env);
  return {
    metrics: targets.metrics?.href,
    traces: targets.traces?.href,
    problems: problems.map(({ message }) => message),
  };
}

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };
const both = { metrics: 'http://collector:4318/v1/metrics', traces: 'http://collector:4318/v1/traces' };
const none = { metrics: undefined, traces: undefined, problems: [] };

describe('what the OTEL variables ask for', () => {
  it.each([
    ['nothing by themselves', {}, none],
    ['nothing with a name only', { OTEL_SERVICE_NAME: 'audit' }, none],
    ['both with an endpoint', endpoint, { ...both, problems: [] }],
    ['nothing where the SDK is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, none],
    [
      'what an exporter of none leaves',
      { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
      { ...both, traces: undefined, problems: [] },
    ],
    [
      'one signal by its own endpoint, as it is',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/otlp' },
      { ...none, traces: 'http://tempo:4318/otlp' },
    ],
    [
      'the collector beside it by an exporter alone',
      { OTEL_METRICS_EXPORTER: 'otlp' },
      { ...none, metrics: 'http://localhost:4318/v1/metrics' },
    ],
  ])('%s', (_what, env, expected) => {
    expect(read(env)).toEqual(expected);
  });

  it.each([
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL is grpc/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT must be a URL/],
    [{ ...endpoint, OTEL_METRICS_EXPORTER: 'console' }, /OTEL_METRICS_EXPORTER names console/],
  ])('says what of %j it does not do', (env, message) => {
    const { metrics, problems } = read(env);
    expect(metrics).toBeUndefined();
    expect(problems[0]).toMatch(message);
  });
});
