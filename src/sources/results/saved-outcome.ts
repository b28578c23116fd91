import {
  AuditError,
  type AuditOutcome,
  type AuditTotals,
  type BaselineComparison,
  type BaselineEntry,
  type ClusterOutcome,
  type GateResult,
  matchDefaults,
  type Policy,
  type PolicyStatus,
  type RunFilters,
  type RunTarget,
  type Severity,
  type SeverityName,
} from '../../domain/index.ts';
import type { SavedEntry, SavedFinding } from './result-schema.ts';
import { toCoverage } from './saved-coverage.ts';
import { toExceptions } from './saved-exceptions.ts';
import { toCode, toDate } from './saved-values.ts';
import type { SavedRun } from './schema.ts';

/** The run of a saved document, as the run itself had it but for what only its policies' specs say. */
export function toOutcome(run: SavedRun): AuditOutcome {
  const policies = run.policies.map(toPolicyStatus);
  return {
    run: { runUid: run.metadata.runUID, startedAt: new Date(run.metadata.startedAt) },
    finishedAt: new Date(run.metadata.finishedAt),
    policies,
    answered: [],
    totals: toTotals(run.summary),
    ...toMissed(run.incomplete, policies),
    ...toExceptions(run),
    baseline: run.baseline ? toComparison(run.baseline) : undefined,
    filters: toFilters(run.filters),
    coverage: toCoverage(run.coverage),
    load: run.load ?? undefined,
    connections: toConnections(run.connections),
    interrupted: run.interrupted ?? false,
    complete: run.complete,
    ...(run.clusters && { clusters: run.clusters.map((cluster) => toCluster(cluster, run)) }),
  };
}

type SavedCluster = NonNullable<SavedRun['clusters']>[number];

/** With what is listed of it beside it. */
function toCluster(
  { name, server, uid, sameAs, started, ...saved }: SavedCluster,
  run: SavedRun,
): ClusterOutcome {
  const policies = run.policies.flatMap(({ cluster, ...policy }) =>
    cluster === name ? [toPolicyStatus(policy)] : [],
  );
  const incomplete = run.incomplete.flatMap(({ scope: { cluster, ...scope }, ...missed }) =>
    cluster === name ? [{ ...missed, scope }] : [],
  );
  const outcome: AuditOutcome = {
    run: { runUid: saved.runUID, startedAt: new Date(saved.startedAt) },
    finishedAt: new Date(saved.finishedAt),
    policies,
    answered: [],
    totals: toTotals(saved.summary),
    ...toMissed(incomplete, policies),
    coverage: toCoverage(saved.coverage),
    load: saved.load ?? undefined,
    connections: toConnections(saved.connections),
    interrupted: saved.interrupted,
    complete: saved.complete,
  };
  return { name, server: server ?? undefined, uid: uid ?? undefined, sameAs, started, outcome };
}

function toConnections(connections: SavedRun['connections']): AuditOutcome['connections'] {
  return connections?.map(({ policyServer: server, reason, ...one }) => ({
    ...one,
    server,
    reason: reason ?? undefined,
  }));
}

export function toGate({ gate }: SavedRun): GateResult {
  return { ...gate, retryable: gate.retryable ?? false };
}

export function toTarget({
  metadata: { context, server, mode, paths, contexts },
  clusters,
}: SavedRun): RunTarget {
  return {
    ...(contexts && { contexts }),
    ...(clusters && { clusters: clusters.map(toClusterTarget) }),
    context: context ?? undefined,
    server: server ?? undefined,
    paths: mode === 'cluster' ? undefined : (paths ?? []),
  };
}

function toClusterTarget({ name, server, uid }: SavedCluster): RunTarget {
  return { context: name, server: server ?? undefined, uid: uid ?? undefined };
}

type SavedPolicy = SavedFinding['policy'] & {
  readonly [Field in 'policyServer' | 'mutating' | 'contextAware' | 'resourceVersion' | 'generation']?:
    | SavedRun['policies'][number][Field]
    | undefined;
};

/** What a document knows of a policy; what it does not is as if the policy did not say it. */
export function toPolicy(policy: SavedPolicy, severity: SeverityName): Policy {
  return {
    kind: policy.kind,
    name: policy.name,
    namespace: policy.namespace ?? undefined,
    uid: policy.uid,
    resourceVersion: policy.resourceVersion ?? '',
    generation: policy.generation ?? 1,
    uniqueName: policy.uniqueName,
    policyServer: policy.policyServer ?? '',
    mode: policy.mode,
    mutating: policy.mutating ?? false,
    contextAware: policy.contextAware ?? false,
    backgroundAudit: true,
    status: '',
    rules: [],
    ...matchDefaults,
    severity: toSeverity(severity),
    category: policy.category ?? undefined,
    ...(policy.origin && { origin: policy.origin }),
  };
}

function toSeverity(severity: SeverityName): Severity | undefined {
  return severity === 'unset' ? undefined : severity;
}

function toPolicyStatus({
  state,
  reason,
  notes,
  cluster,
  ...policy
}: SavedRun['policies'][number]): PolicyStatus {
  const within = cluster === undefined ? {} : { cluster };
  return { policy: toPolicy(policy, policy.severity), state, reason: reason ?? undefined, notes, ...within };
}

/** What policies failed at names them by their unique names, and what the scan failed at as a person does. */
function toMissed(
  incomplete: SavedRun['incomplete'],
  policies: readonly PolicyStatus[],
): Pick<AuditOutcome, 'incidents' | 'evaluationFailures'> {
  const byName = new Map(policies.map(({ policy, cluster }) => [keyOf(policy.uniqueName, cluster), policy]));
  const known = incomplete.map(({ code, ...missed }) => ({
    ...missed,
    code: toCode(code),
    policy: byName.get(keyOf(missed.scope.policy ?? '', missed.scope.cluster)),
  }));
  return {
    incidents: known.flatMap(({ policy, code, message, scope, count, retryable }) => {
      const lasting = retryable === undefined ? {} : { lasting: !retryable };
      return policy === undefined ? [{ error: new AuditError(code, message, lasting), scope, count }] : [];
    }),
    evaluationFailures: known.flatMap(({ policy, code, message, count, scope: { cluster } }) => {
      const within = cluster === undefined ? {} : { cluster };
      return policy === undefined ? [] : [{ policy, code, message, count, ...within }];
    }),
  };
}

/** A policy may have its name in several clusters. */
export function keyOf(policy: string, cluster: string | undefined): string {
  return JSON.stringify([cluster, policy]);
}

function toTotals(summary: SavedRun['summary']): AuditTotals {
  const { pass, fail, warn, error, skip, reused, confirmed, sampleSeed, ...totals } = summary;
  const reuse =
    reused === undefined ? undefined : { reused, confirmed: confirmed ?? 0, sampleSeed: sampleSeed ?? 0 };
  return {
    resources: totals.resources,
    evaluations: totals.evaluations,
    ...(reuse && { reuse }),
    results: { pass, fail, warn, error, skip },
    accepted: totals.accepted,
    failBySeverity: totals.failBySeverity,
    stored: totals.stored,
  };
}

function toFilters(filters: SavedRun['filters']): RunFilters | undefined {
  if (filters?.scope === undefined) return undefined;
  const everything = { include: [], exclude: [] };
  return {
    scope: filters.scope,
    ignoreNamespaces: filters.ignoreNamespaces ?? [],
    labelSelector: filters.labelSelector ?? undefined,
    policies: filters.policies ?? everything,
    kinds: filters.kinds ?? everything,
  };
}

function toComparison({
  takenAt,
  fixed,
  unseen,
  ...comparison
}: NonNullable<SavedRun['baseline']>): BaselineComparison {
  return {
    ...comparison,
    takenAt: toDate(takenAt),
    fixed: fixed.map(toEntry),
    unseen: unseen.map(toEntry),
  };
}

export function toEntry({ namespace, ...entry }: SavedEntry): BaselineEntry {
  return { ...entry, namespace: namespace ?? undefined };
}
