import { clearTimeout, setTimeout } from 'node:timers';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AuditError } from '../../domain/index.ts';
import { toOneLine } from '../../text/index.ts';
import {
  type Instruments,
  metricTable,
  notSent,
  type OtlpRequest,
  type OtlpSignal,
  type RunFacts,
} from '../index.ts';
import { TellingMetricExporter, TellingTraceExporter } from './exporters.ts';
import { createMetricProducer } from './metric-producer.ts';
import { readSampler } from './sampler.ts';
import { type StartStep, tracePorts } from './traced-ports.ts';

export type OpenTelemetry = Pick<Instruments, 'traceHeaders' | 'tracePorts'> & {
  /** Ends the run's span and sends what there is, within the deadline. Resolves to why a signal could not be sent; never rejects. */
  readonly finish: (run: RunFacts) => Promise<readonly AuditError[]>;
};

export type OpenTelemetryOptions = {
  readonly targets: OtlpRequest['targets'];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly toolVersion: string;
  readonly runName: string;
};

/** A limit over those of the exporters. */
const deadlineMs = 15_000;

/** Starts the SDK for one run; its span begins now. */
export function startOpenTelemetry(options: OpenTelemetryOptions): OpenTelemetry {
  const resource = describeResource(options.toolVersion);
  const failures = new Map<OtlpSignal, AuditError>();
  const parts = { ...options, resource, failures };
  const tracing = startTracing(parts);
  const metrics = startMetrics(parts);
  return {
    traceHeaders: tracing?.traceHeaders,
    tracePorts: tracing?.tracePorts ?? ((ports) => ports),
    finish: async (run) => {
      await within(
        deadlineMs,
        [
          ['traces', tracing?.finish(run)],
          ['metrics', metrics?.finish(run)],
        ],
        failures,
      );
      return [...failures.values()];
    },
  };
}

function describeResource(version: string): Resource {
  const own = resourceFromAttributes({ 'service.name': 'audit-scanner', 'service.version': version });
  const named = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(own).merge(named);
}

type Parts = OpenTelemetryOptions & {
  readonly resource: Resource;
  readonly failures: Map<OtlpSignal, AuditError>;
};

function startMetrics({ targets: { metrics: url }, resource, failures }: Parts) {
  if (url === undefined) return undefined;
  let ended: RunFacts | undefined;
  const producer = createMetricProducer({ metrics: metricTable, resource, readRun: () => ended });
  const exporter = new TellingMetricExporter(url, noteFailure('metrics', url, failures));
  const reader = new PeriodicExportingMetricReader({ exporter, metricProducers: [producer] });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return {
    finish: (run: RunFacts): Promise<void> => {
      ended = run;
      return provider.shutdown();
    },
  };
}

function startTracing({ targets: { traces: url }, resource, failures, ...parts }: Parts) {
  if (url === undefined) return undefined;
  const { env, runName, toolVersion } = parts;
  const exporter = new TellingTraceExporter(url, noteFailure('traces', url, failures));
  const spanProcessors = [new BatchSpanProcessor({ exporter })];
  const provider = new TracerProvider({ resource, sampler: readSampler(env), spanProcessors });
  const tracer = provider.getTracer('audit-scanner', toolVersion);
  const propagator = new W3CTraceContextPropagator();
  const outside = propagator.extract(ROOT_CONTEXT, toCarrier(env), defaultTextMapGetter);
  const span = tracer.startSpan(runName, {}, outside);
  const inside: Context = trace.setSpan(outside, span);
  const startStep: StartStep = (name, attributes = {}) => {
    const step = tracer.startSpan(name, { attributes }, inside);
    return {
      end: (more = {}, failed) => {
        step.setAttributes(more);
        if (failed !== undefined) step.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(failed) });
        step.end();
      },
    };
  };
  const traceHeaders: Record<string, string> = {};
  propagator.inject(inside, traceHeaders, defaultTextMapSetter);
  return {
    traceHeaders,
    tracePorts: ((ports) => tracePorts(ports, startStep)) satisfies Instruments['tracePorts'],
    finish: (run: RunFacts): Promise<void> => {
      const { outcome, failure, exitCode } = run;
      span.setAttributes({
        ...(outcome && { 'audit_scanner.run.uid': outcome.run.runUid }),
        'audit_scanner.run.complete': outcome?.complete === true,
        'audit_scanner.run.exit_code': exitCode,
      });
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(failure) });
      span.end();
      return provider.shutdown();
    },
  };
}

/** The caller of the scan may have a trace that the run belongs to. */
function toCarrier(env: OpenTelemetryOptions['env']): Record<string, string> {
  const { TRACEPARENT: traceparent = '', TRACESTATE: tracestate = '' } = env;
  return { ...(traceparent !== '' && { traceparent }), ...(tracestate !== '' && { tracestate }) };
}

function noteFailure(signal: OtlpSignal, { origin, pathname }: URL, failures: Parts['failures']) {
  return (error: Error | undefined): void => {
    failures.set(signal, notSent(signal, `${origin}${pathname}: ${describeExport(error)}`, error));
  };
}

/** The exporter's own message for an answer is its status in words, and empty for some servers. */
function describeExport(error: Error | undefined): string {
  const status = error !== undefined && 'code' in error ? error.code : undefined;
  if (typeof status !== 'number') return messageOf(error);
  const isRedirect = status >= 300 && status < 400;
  return `it answers HTTP ${status}${isRedirect ? ', a redirect, which is not followed' : ''}`;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.message !== '' ? toOneLine(thrown.message) : 'no reason was given';
}

/** Waits for all, up to the deadline. A failure that an exporter has reported is not repeated. */
async function within(
  ms: number,
  works: readonly (readonly [OtlpSignal, Promise<void> | undefined])[],
  failures: Parts['failures'],
): Promise<void> {
  await Promise.all(
    works.map(async ([signal, work]) => {
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        reject(new Error(`it did not finish within ${ms / 1000} s`));
      }, ms);
      try {
        await Promise.race([work, late]);
      } catch (thrown) {
        if (!failures.has(signal)) failures.set(signal, notSent(signal, messageOf(thrown), thrown));
      } finally {
        clearTimeout(timer);
      }
    }),
  );
}
