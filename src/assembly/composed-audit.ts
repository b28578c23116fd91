import { randomUUID } from 'node:crypto';
import type { AuditObserver, AuditPorts, AuditRequest } from '../audit/index.ts';
import { createKindFilter, createPolicyFilter, type ScanConfig } from '../config/index.ts';
import type { AuditError, Baseline, Policy, PolicyPair } from '../domain/index.ts';
import type { PolicyLog, PolicyProgram } from '../engine/index.ts';
import type { Share } from '../evaluation/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import { ownedBy, type RenderContext, reportNameOf } from '../reports/index.ts';
import type { ReportSink } from '../sinks/index.ts';
import type { ClusterIdentity } from '../sources/kubernetes/index.ts';
import type { Instruments, News, WasViolated } from '../telemetry/index.ts';
import type { TellMissing } from './named.ts';

/** Everything that a run of the audit is made of. */
export type ComposedAudit = {
  /** What is about to be scanned, as the end of `Scanning …`. */
  readonly subject: string;
  /** What was scanned, for the documents. */
  readonly target: RenderContext['target'];
  readonly ports: AuditPorts;
  readonly request: AuditRequest;
  /** When the client certificate for policy servers ends, if there is one. */
  readonly clientCertificateExpiresAt: Date | undefined;
  /** Ends what was kept of the run beside its documents. Resolves to why that could not be done, or to undefined. */
  readonly finish?: (() => Promise<AuditError | undefined>) | undefined;
  /** The end of the last complete run before this one, where that is recorded; known once this run has been recorded. */
  readonly lastCompleteAt?: (() => Date | undefined) | undefined;
  /** What the reports of earlier runs say, where they are stored. */
  readonly wasViolated?: WasViolated | undefined;
  /** Which cluster it is about, for evidence; undefined where none is asked. Never rejects. */
  readonly identify?: (() => Promise<ClusterIdentity>) | undefined;
  /** Tells of the run in Events, where somebody asked for that. Rejects with `eventsNotWritten`. */
  readonly announce?: ((news: readonly News[]) => Promise<void>) | undefined;
  close(): Promise<void>;
};

export type Surroundings = {
  readonly io: Io;
  readonly observer: AuditObserver;
  /** Sinks besides the store, which comes first where reports are stored. */
  readonly sinks: readonly [ReportSink, ...ReportSink[]];
  /** Notices for an operator that are not failures. */
  readonly onNotice: (text: string) => void;
  /** Aborted when nothing new may begin. */
  readonly stop: AbortSignal;
  /** That the run waits for a policy server; where it is not given, that is a notice as any other. */
  readonly onOutage?: ((text: string) => void) | undefined;
  /** What is said of a policy that the user named and that is not there. */
  readonly tellMissing?: TellMissing | undefined;
  /** Told which policies are compared, once they have been listed and before anything is asked. */
  readonly onPaired?: ((pairs: readonly PolicyPair[]) => void) | undefined;
  /** A line that a policy wrote when the engine of this process evaluated it. */
  readonly onPolicyLog: (log: PolicyLog) => void;
  /** Undefined where nobody measures the run. */
  readonly instruments?: Instruments | undefined;
  /** Undefined where nobody asked for evidence. */
  readonly witness?: Witness | undefined;
  /** Set where others are scanned at the same time. */
  readonly part?: RunPart | undefined;
};

/** Told of what a run is made of, so that evidence can say it. */
export type Witness = {
  readonly onProgram: (policy: Policy, program: PolicyProgram) => void;
  /** A text that was scanned, or taken as a fact. */
  readonly onInput: (path: string, text: string) => void;
};

/** What one cluster has for itself of a run over several. */
export type RunPart = {
  /** Connected already. */
  readonly client: KubernetesClient;
  readonly target: RenderContext['target'];
  /** Of the objects in flight. */
  readonly share: Share;
  /** Of the threads that evaluate. */
  readonly threads: Share;
  /** What its violations are compared with, where the user named something. */
  readonly baseline: Baseline | undefined;
};

/** What the user asked for, in the words of the audit. */
export function toRequest(config: ScanConfig, share?: Share): AuditRequest {
  const { limits, shard, jobUid } = config;
  const owns = ownedBy(shard);
  const product = limits.parallelNamespaces * limits.parallelResources * limits.parallelPolicies;
  return {
    // The shards of one Job are one run.
    runUid: (shard && jobUid) ?? randomUUID(),
    scope: config.scope,
    ignoreNamespaces: config.ignoreNamespaces,
    kubewardenNamespace: config.kubewardenNamespace,
    labelSelector: config.labelSelector,
    acceptsPolicy: createPolicyFilter(config.policies),
    acceptsType: createKindFilter(config.kinds),
    limits: {
      evaluations: Math.min(product, limits.concurrency),
      namespaces: limits.parallelNamespaces,
      resources: limits.parallelResources,
      policies: limits.parallelPolicies,
      share,
    },
    compatRequest: config.compatRequest,
    exceptions: config.exceptions,
    filters: {
      scope: config.scope,
      ignoreNamespaces: config.ignoreNamespaces,
      labelSelector: config.labelSelector,
      policies: config.policies,
      kinds: config.kinds,
    },
    partial: isPartial(config),
    shard: shard && { ...shard, owns: (object) => owns(reportNameOf(object)) },
  };
}

/** Whether the user asked for less than everything, or for other policies than those that apply. */
function isPartial({
  scope,
  files,
  policySources,
  compare,
  policies,
  kinds,
  labelSelector,
  ignoreNamespaces,
  shard,
  ...config
}: ScanConfig): boolean {
  return (
    shard !== undefined ||
    !scope.cluster ||
    (files === undefined && !policySources.installed) ||
    compare === true ||
    scope.namespaces !== 'all' ||
    labelSelector !== undefined ||
    [policies, kinds].some(({ include, exclude }) => include.length + exclude.length > 0) ||
    ignoreNamespaces.some((name) => name !== config.kubewardenNamespace)
  );
}

/** `the policies of new.yaml and of the cluster`, as a part of what is about to be scanned. */
export function describePolicies({ policySources: { installed, files }, compare }: ScanConfig): string {
  if (compare === true) return `the policies of ${files?.paths.join(', ') ?? ''} against the installed ones`;
  const paths = files === undefined ? [] : [`of ${files.paths.join(', ')}`];
  return `the policies ${[...paths, ...(installed ? ['of the cluster'] : [])].join(' and ')}`;
}
