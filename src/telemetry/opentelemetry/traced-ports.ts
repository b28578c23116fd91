import { type Attributes } from '@opentelemetry/api';
import type { AuditPorts } from '../../audit/index.ts';
import { formatGroupResource } from '../../domain/index.ts';
import type { ReportSink } from '../../sinks/index.ts';
import type { ResourceSource } from '../../sources/index.ts';

/** A step of the run that has begun. */
export type Step = {
  /** `failed` is what ended it, if it did not end well. */
  readonly end: (attributes?: Attributes, failed?: unknown) => void;
};

export type StartStep = (name: string, attributes?: Attributes) => Step;

/**
 * The same ports with a span around each of the few things that a run does: reading what it needs, each LIST, and storing. An object or an
 * evaluation has none, as there are millions; how long those take is in the metrics.
 */
export function tracePorts(ports: AuditPorts, startStep: StartStep): AuditPorts {
  const { discovery, policies, namespaces, resources, evaluator, sink } = ports;
  const around = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const step = startStep(name);
    try {
      const result = await work();
      step.end();
      return result;
    } catch (thrown) {
      step.end({}, thrown);
      throw thrown;
    }
  };
  return {
    ...ports,
    discovery: { discover: (signal) => around('discover types', () => discovery.discover(signal)) },
    policies: { list: (signal) => around('list policies', () => policies.list(signal)) },
    namespaces: {
      list: (signal) => around('list namespaces', () => namespaces.list(signal)),
      get: (name, signal) => around('get namespace', () => namespaces.get(name, signal)),
    },
    resources: traceLists(resources, startStep),
    evaluator: {
      prepare: (named, signal) => around('prepare policies', () => evaluator.prepare(named, signal)),
      evaluate: (policy, review, signal) => evaluator.evaluate(policy, review, signal),
      load: () => evaluator.load?.(),
      connections: () => evaluator.connections?.(),
      close: () => evaluator.close(),
    },
    sink: traceSink(sink, startStep, around),
  };
}

/** The time of a list is that of its objects, too: the next page is asked for when those of the last one are under way. */
function traceLists(resources: ResourceSource, startStep: StartStep): ResourceSource {
  return {
    async *list(target, signal) {
      const { resource, namespace } = target;
      const attributes = namespace === undefined ? {} : { 'k8s.namespace.name': namespace };
      const step = startStep(`list ${formatGroupResource(resource)}`, attributes);
      let objects = 0;
      let failed: unknown;
      try {
        for await (const object of resources.list(target, signal)) {
          objects += 1;
          yield object;
        }
      } catch (thrown) {
        failed = thrown;
        throw thrown;
      } finally {
        step.end({ 'audit_scanner.objects': objects }, failed);
      }
    },
  };
}

type Around = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** All reports are one span, from the first that is written to the last. */
function traceSink(sink: ReportSink, startStep: StartStep, around: Around): ReportSink {
  let writing: Step | undefined;
  let reports = 0;
  return {
    open: (run, scope, signal) => around('read stored reports', () => sink.open(run, scope, signal)),
    write: (report, signal) => {
      writing ??= startStep('write reports');
      reports += 1;
      return sink.write(report, signal);
    },
    close: (mayDelete, signal) => {
      writing?.end({ 'audit_scanner.reports': reports });
      return around('delete stale reports', () => sink.close(mayDelete, signal));
    },
  };
}
