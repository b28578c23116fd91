import type { AuditEvent } from '../../src/audit/events.ts';
import type { AuditPorts, AuditRequest } from '../../src/audit/ports.ts';
import type { AuditError } from '../../src/domain/errors.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { type EvaluationOutcome, type ResourceReport } from '../../src/domain/report.ts';
import {
  type ApiResource,
  type AuditedObject,
  formatGroupResource,
  type ObjectReference,
} from '../../src/domain/resource.ts';
import type { WriteOutcome } from '../../src/sinks/sink.ts';
import type { BrokenPolicy, ListTarget, Namespace } from '../../src/sources/source.ts';

/** A cluster in memory behind the audit's ports. Every field may be changed before the run; what happened is recorded. */
export class FakeCluster {
  resources: readonly ApiResource[] = [];
  discoveryFailures: { groupVersion: string; error: AuditError }[] = [];
  policies: Policy[] = [];
  broken: BrokenPolicy[] = [];
  namespaces: Namespace[] = [];
  /** Objects in the order in which the API lists them. */
  objects: AuditedObject[] = [];
  unprepared = new Map<string, AuditError>();
  answer: (policy: Policy, object: AuditedObject) => EvaluationOutcome | Promise<EvaluationOutcome> = () => ({
    verdict: 'allowed',
  });
  /** Thrown by a LIST after it has yielded what it has. */
  listFailure: (target: ListTarget) => AuditError | undefined = () => undefined;
  writeFailure: (report: ResourceReport) => AuditError | undefined = () => undefined;
  /** Reports that are stored already, as the objects they are about. */
  storedBefore: ObjectReference[] = [];

  cleanUp: AuditPorts['cleanUp'] = undefined;

  readonly lists: string[] = [];
  readonly written: ResourceReport[] = [];
  readonly deleted: string[] = [];
  readonly events: AuditEvent[] = [];

  ports(): AuditPorts {
    return {
      discovery: {
        discover: () => Promise.resolve({ resources: this.resources, failures: this.discoveryFailures }),
      },
      policies: { list: () => Promise.resolve({ policies: this.policies, broken: this.broken }) },
      namespaces: {
        list: () => Promise.resolve(this.namespaces),
        get: (name) => Promise.resolve(this.namespaces.find((namespace) => namespace.name === name)),
      },
      resources: { list: (target, signal) => this.#list(target, signal) },
      evaluator: {
        prepare: () => Promise.resolve(this.unprepared),
        evaluate: async (policy, { object }) => this.answer(policy, object),
        close: () => Promise.resolve(),
      },
      sink: {
        open: () => Promise.resolve(),
        countStored: ({ kind }) =>
          this.storedBefore.length === 0
            ? undefined
            : this.storedBefore.filter((subject) => subject.kind === kind).length,
        write: (report) => this.#write(report),
        close: (mayDelete) => {
          const seen = new Set(this.written.map(({ subject }) => subject.uid));
          const stale = this.storedBefore.filter((subject) => !seen.has(subject.uid) && mayDelete(subject));
          this.deleted.push(...stale.map(({ uid }) => uid));
          return Promise.resolve({ deleted: stale.length, incidents: [], kept: [] });
        },
      },
      cleanUp: this.cleanUp,
      observer: { observe: (event) => this.events.push(event) },
      clock: () => new Date('2026-11-24T12:00:00Z'),
    };
  }

  async *#list(target: ListTarget, signal: AbortSignal): AsyncGenerator<AuditedObject> {
    const { resource, namespace, excludeNamespaces } = target;
    this.lists.push(
      `${resource.version}/${formatGroupResource(resource)}${namespace === undefined ? '' : ` in ${namespace}`}`,
    );
    const wanted = this.objects.filter((object) => {
      const where = object.reference.namespace;
      const isThere =
        namespace === undefined ? !excludeNamespaces.includes(where ?? '') : where === namespace;
      return object.resource === resource && isThere;
    });
    target.onSize?.(wanted.length);
    for (const object of wanted) {
      await Promise.resolve();
      signal.throwIfAborted();
      yield object;
    }
    const failure = this.listFailure(target);
    if (failure !== undefined) throw failure;
  }

  #write(report: ResourceReport): Promise<WriteOutcome> {
    const failure = this.writeFailure(report);
    if (failure !== undefined) return Promise.reject(failure);
    this.written.push(report);
    return Promise.resolve('created');
  }
}

/** The whole cluster, unbounded, nothing ignored. */
export function aRequest(overrides: Partial<AuditRequest> = {}): AuditRequest {
  return {
    runUid: 'run-1',
    scope: { cluster: true, namespaces: 'all' },
    ignoreNamespaces: [],
    kubewardenNamespace: undefined,
    labelSelector: undefined,
    acceptsPolicy: () => true,
    acceptsType: () => true,
    limits: { evaluations: 10, namespaces: Infinity, resources: Infinity, policies: Infinity },
    compatRequest: false,
    ...overrides,
  };
}
