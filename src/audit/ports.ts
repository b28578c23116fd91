import {
  type ApiResource,
  type AuditedObject,
  type AuditScope,
  type ObjectReference,
  type Policy,
  type PolicyException,
  type RunFilters,
  type Shard,
} from '../domain/index.ts';
import type { PolicyEvaluator, Share } from '../evaluation/index.ts';
import type { CloseOutcome, ReportSink, RunRecorder } from '../sinks/index.ts';
import type {
  ApiDiscovery,
  NamespaceSource,
  OwnerSource,
  PolicySource,
  ResourceSource,
} from '../sources/index.ts';
import type { ComparedRun } from './baseline-book.ts';
import type { AuditObserver } from './events.ts';

/** Everything the audit needs from the outside. */
export type AuditPorts = {
  readonly discovery: ApiDiscovery;
  readonly policies: PolicySource;
  readonly namespaces: NamespaceSource;
  readonly resources: ResourceSource;
  /** Looks up the owners of objects with findings; undefined if no output needs them. */
  readonly owners?: OwnerSource | undefined;
  /** What objects say of themselves; undefined where that does not count. */
  readonly annotations?: AnnotationReader | undefined;
  readonly evaluator: PolicyEvaluator;
  readonly sink: ReportSink;
  /** What is tidied up once a run has seen everything, e.g. reports of an API that is no longer written. */
  readonly cleanUp: ((signal: AbortSignal) => Promise<CloseOutcome>) | undefined;
  /** Keeps a record of this run, if anything does. */
  readonly recorder?: RunRecorder | undefined;
  readonly observer: AuditObserver;
  readonly clock: () => Date;
};

/** Which violations of its own an object says are accepted, or what is wrong with how it says it; undefined where it says nothing. */
export type AnnotationReader = (object: AuditedObject) => SaidOfItself | undefined;

export type SaidOfItself =
  | { readonly ok: true; readonly entries: readonly PolicyException[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Bounds on work in flight; Infinity where only `evaluations` shall count. All are at least 1. */
export type AuditLimits = {
  /** Evaluations in flight in the whole run. */
  readonly evaluations: number;
  /** Namespaces whose objects are in flight together. */
  readonly namespaces: number;
  /** Objects in flight per namespace (and of the cluster-scoped ones together). */
  readonly resources: number;
  /** Policies asked at once about one object. */
  readonly policies: number;
  /** What of `evaluations` is for this audit while others run, which then bounds its objects in flight; undefined for all of it. */
  readonly share?: Share | undefined;
};

/** What to audit. `scope.namespaces` as a list names existing namespaces; `ignoreNamespaces` applies to `all` only. */
export type AuditRequest = {
  readonly runUid: string;
  readonly scope: AuditScope;
  readonly ignoreNamespaces: readonly string[];
  /** Where Kubewarden runs: policies apply in there only if they say so. Undefined where that namespace is like any other. */
  readonly kubewardenNamespace: string | undefined;
  readonly labelSelector: string | undefined;
  readonly acceptsPolicy: (policy: Policy) => boolean;
  readonly acceptsType: (resource: ApiResource) => boolean;
  readonly limits: AuditLimits;
  /** Send the Go scanner's exact request instead of the corrected one. */
  readonly compatRequest: boolean;
  /** Set where the evaluator may take stored verdicts in place of asking: by what its sample is chosen. */
  readonly reuse?: { readonly sampleSeed: number } | undefined;
  /** Violations that are accepted. */
  readonly exceptions?: readonly PolicyException[] | undefined;
  /** What violations are compared with. */
  readonly baseline?: ComparedRun | undefined;
  /** What was asked for, as the outcome says it; undefined where nobody said. */
  readonly filters?: RunFilters | undefined;
  /** Whether the user asked for a part only of what could be audited. */
  readonly partial?: boolean | undefined;
  /** The part of the objects that is audited here; undefined for all of them. */
  readonly shard?: (Shard & { readonly owns: (object: ObjectReference) => boolean }) | undefined;
};

/**
 * `stop` ends the pulling of new work; `abort` ends what is in flight. Their owner aborts `stop` first and `abort` after
 * a grace period.
 */
export type AuditSignals = { readonly stop: AbortSignal; readonly abort: AbortSignal };
