import {
  AuditError,
  type AuditOutcome,
  type AuditTotals,
  type BaselineComparison,
  type BaselineEntry,
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
    connections: run.connections?.map(({ policyServer: server, reason, ...one }) => ({
      ...one,
      server,
      reason: reason ?? undefined,
    })),
    interrupted: run.interrupted ?? false,
    complete: run.complete,
  };
}

export function toGate({ gate }: SavedRun): GateResult {
  return { ...gate, retryable: gate.retryable ?? false };
}

export function toTarget({ metadata: { context, server, mode, paths } }: SavedRun): RunTarget {
  return {
    context: context ?? undefined,
    server: server ?? undefined,
    paths: mode === 'cluster' ? undefined : (paths ?? []),
  };
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

function toPolicyStatus({ state, reason, notes, ...policy }: SavedRun['policies'][number]): PolicyStatus {
  return { policy: toPolicy(policy, policy.severity), state, reason: reason ?? undefined, notes };
}

/** What policies failed at names them by their unique names, and what the scan failed at as a person does. */
function toMissed(
  incomplete: SavedRun['incomplete'],
  policies: readonly PolicyStatus[],
): Pick<AuditOutcome, 'incidents' | 'evaluationFailures'> {
  const byName = new Map(policies.map(({ policy }) => [policy.uniqueName, policy]));
  const known = incomplete.map(({ code, ...missed }) => ({
    ...missed,
    code: toCode(code),
    policy: byName.get(missed.scope.policy ?? ''),
  }));
  return {
    incidents: known.flatMap(({ policy, code, message, scope, count, retryable }) => {
      const lasting = retryable === undefined ? {} : { lasting: !retryable };
      return policy === undefined ? [{ error: new AuditError(code, message, lasting), scope, count }] : [];
    }),
    evaluationFailures: known.flatMap(({ policy, code, message, count }) =>
      policy === undefined ? [] : [{ policy, code, message, count }],
    ),
  };
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
