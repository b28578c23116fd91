import { AuditError, errorCodes } from '../domain/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const otlpSignals = ['metrics', 'traces'] as const;
export type OtlpSignal = (typeof otlpSignals)[number];

/** Where the standard OTEL_* variables want signals to be sent; those that cannot be, with the reason. */
export type OtlpRequest = {
  readonly targets: Readonly<Partial<Record<OtlpSignal, URL>>>;
  readonly problems: readonly AuditError[];
};

const localCollector = 'http://localhost:4318';

/**
 * What the environment asks for. Where it names no endpoint and no exporter it asks for nothing, unlike the specification: nobody who runs a
 * command line expects it to look for a collector.
 */
export function readOtlpRequest(env: Environment): OtlpRequest {
  const targets: Partial<Record<OtlpSignal, URL>> = {};
  const problems: AuditError[] = [];
  if (/^true$/i.test(env['OTEL_SDK_DISABLED'] ?? '')) return { targets, problems };
  for (const signal of otlpSignals) {
    const target = readTarget(signal, env);
    if (target instanceof AuditError) problems.push(target);
    else if (target !== undefined) targets[signal] = target;
  }
  return { targets, problems };
}

function readTarget(signal: OtlpSignal, env: Environment): URL | AuditError | undefined {
  const exporterName = `OTEL_${signal.toUpperCase()}_EXPORTER`;
  const exporters = (env[exporterName] ?? '').split(',').flatMap((name) => name.trim() || []);
  const endpoint = findSetting('ENDPOINT', signal, env);
  if (exporters.includes('none') || (exporters.length === 0 && endpoint.value === '')) return undefined;
  if (exporters.length > 0 && !exporters.includes('otlp'))
    return notSent(
      signal,
      `${exporterName} names ${exporters.join(', ')}, but only otlp and none are supported`,
    );
  const protocol = findSetting('PROTOCOL', signal, env);
  if (protocol.value !== '' && protocol.value !== 'http/protobuf')
    return notSent(signal, `${protocol.name} is ${protocol.value}, but only http/protobuf is supported`);
  return toTarget(signal, endpoint);
}

/** The endpoint of one signal is taken as it is, that of all gets the path of the signal. */
function toTarget(signal: OtlpSignal, { name, value, isOwn }: Setting): URL | AuditError {
  const shared = `${(value || localCollector).replace(/\/+$/, '')}/v1/${signal}`;
  const url = URL.parse(isOwn ? value : shared);
  return url !== null && /^https?:$/.test(url.protocol)
    ? url
    : notSent(signal, `${name} must be a URL like ${localCollector}`);
}

type Setting = { readonly name: string; readonly value: string; readonly isOwn: boolean };

/** The setting of one signal, else of all; empty where it is not set. */
function findSetting(setting: string, signal: OtlpSignal, env: Environment): Setting {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${setting}`;
  const shared = `OTEL_EXPORTER_OTLP_${setting}`;
  const value = (env[own] ?? '').trim();
  return value === ''
    ? { name: shared, value: (env[shared] ?? '').trim(), isOwn: false }
    : { name: own, value, isOwn: true };
}

/** Why a signal did not reach its receiver. */
export function notSent(signal: OtlpSignal, why: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.telemetryNotSent, `the ${signal} could not be sent by OTLP: ${why}`, {
    cause,
  });
}
