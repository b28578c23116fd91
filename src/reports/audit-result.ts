import {
  type AuditOutcome,
  type BaselineComparison,
  type BaselineEntry,
  type ClusterOutcome,
  mayRetryHelp,
  type Policy,
  type PolicyStatus,
  type ResourceReport,
  type ResultStatus,
  retryAdvice,
  type ServerConnections,
  severityOf,
  type TopOwner,
} from '../domain/index.ts';
import { toCoverageFields } from './coverage.ts';
import { toException, toExceptionFields } from './exception-fields.ts';
import { type Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { AuditDocument, RenderContext } from './renderer.ts';
import { toSource } from './source-fields.ts';

/** The shape of version 1. Fields are only ever added. */
export const resultApiVersion = 'audit-scanner.kubewarden.io/v1';

function toMetadata({ run, finishedAt }: AuditOutcome, { target, toolVersion }: RenderContext): object {
  return {
    runUID: run.runUid,
    startedAt: run.startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    toolVersion,
    context: target.context ?? null,
    server: target.server ?? null,
    ...(target.contexts && { contexts: target.contexts }),
    mode: target.paths === undefined ? 'cluster' : 'files',
    paths: target.paths ?? null,
  };
}

/** Everything about a run but its results. */
export function toRunFields({ outcome, gate }: AuditDocument, context: RenderContext): object {
  return {
    metadata: toMetadata(outcome, context),
    complete: outcome.complete,
    interrupted: outcome.interrupted,
    filters: toFilters(outcome, context.results ?? ['fail', 'error']),
    incomplete: toIncomplete(outcome),
    coverage: toCoverageFields(outcome.coverage),
    ...(outcome.clusters && { clusters: outcome.clusters.map(toCluster) }),
    summary: toSummary(outcome),
    load: outcome.load ?? null,
    ...(outcome.connections && { connections: outcome.connections.map(toConnections) }),
    gate,
    policies: outcome.policies.map(toPolicyStatus),
    ...toExceptionFields(outcome),
    baseline: outcome.baseline === undefined ? null : toComparison(outcome.baseline),
  };
}

/** What of a cluster is about it as a whole; everything that is listed is beside it, with its name. */
function toCluster({ name, server, uid, sameAs, started, outcome }: ClusterOutcome): object {
  const { run, finishedAt, complete, interrupted, coverage, load, connections } = outcome;
  return {
    name,
    server: server ?? null,
    uid: uid ?? null,
    sameAs,
    started,
    runUID: run.runUid,
    startedAt: run.startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    complete,
    interrupted,
    coverage: toCoverageFields(coverage),
    summary: toSummary(outcome),
    load: load ?? null,
    ...(connections && { connections: connections.map(toConnections) }),
  };
}

/** What cannot be in the results, because nobody asked for it: by what was looked at, and by what was kept of that. */
function toFilters({ filters }: AuditOutcome, results: readonly ResultStatus[]): object {
  if (filters === undefined) return { results };
  return { results, ...filters, labelSelector: filters.labelSelector ?? null };
}

function toComparison({ takenAt, fixed, unseen, ...comparison }: BaselineComparison): object {
  return {
    ...comparison,
    takenAt: takenAt?.toISOString() ?? null,
    fixed: fixed.map(toBaselineEntry),
    unseen: unseen.map(toBaselineEntry),
  };
}

/** One entry, the same object in the baseline and in what was compared with it. */
export function toBaselineEntry({ namespace, ...entry }: BaselineEntry): object {
  return { ...entry, namespace: namespace ?? null };
}

/** One finding, the same object in json and in jsonl. */
export function toResult(finding: Finding): object {
  const { report, result } = finding;
  const { cluster } = report;
  return {
    fingerprint: fingerprintOf(finding),
    ...(cluster !== undefined && { cluster }),
    result: result.result,
    severity: severityOf(result),
    policy: toPolicy(result.policy),
    ...toResource(report),
    message: result.message ?? '',
    code: result.errorCode ?? null,
    status: result.exception === undefined ? (result.baseline ?? 'new') : 'accepted',
    exception: result.exception === undefined ? null : toException(result.exception),
  };
}

/** Which object it is about, whose that is, and where it is written. */
export function toResource({
  subject,
  groupResource,
  owner,
  origin,
}: Omit<ResourceReport, 'results'>): object {
  return {
    resource: { ...subject, resource: groupResource, namespace: subject.namespace ?? null },
    ...(owner && { owner: toOwner(owner) }),
    ...(origin && { source: toSource(origin) }),
  };
}

function toOwner({ groupResource, ...owner }: TopOwner): object {
  return { ...owner, resource: groupResource };
}

export function toPolicy(policy: Policy): object {
  return {
    name: policy.name,
    namespace: policy.namespace ?? null,
    kind: policy.kind,
    uniqueName: policy.uniqueName,
    uid: policy.uid,
    mode: policy.mode,
    category: policy.category ?? null,
    ...(policy.origin && { origin: policy.origin }),
  };
}

function toPolicyStatus({ policy, state, reason, notes, cluster }: PolicyStatus): object {
  const { policyServer } = policy;
  return {
    ...(cluster !== undefined && { cluster }),
    ...toPolicy(policy),
    severity: policy.severity ?? 'unset',
    policyServer,
    mutating: policy.mutating,
    contextAware: policy.contextAware,
    resourceVersion: policy.resourceVersion,
    generation: policy.generation,
    state,
    reason: reason ?? null,
    notes,
  };
}

function toConnections({ server, mode, reason, endpoints }: ServerConnections): object {
  return { policyServer: server, mode, endpoints, reason: reason ?? null };
}

function toIncomplete({ incidents, evaluationFailures }: AuditOutcome): readonly object[] {
  return [
    ...incidents.map(({ error, scope, count }) => ({
      code: error.code,
      message: error.message,
      scope,
      count,
      retryable: mayRetryHelp(error),
    })),
    ...evaluationFailures.map(({ policy, code, message, count, cluster }) => ({
      code,
      message,
      scope: { ...(cluster !== undefined && { cluster }), policy: policy.uniqueName },
      count,
      retryable: retryAdvice[code].mayHelp,
    })),
  ];
}

function toSummary({ totals, policies }: AuditOutcome): object {
  const inState = (state: PolicyStatus['state']): number =>
    policies.filter((status) => status.state === state).length;
  return {
    resources: totals.resources,
    evaluations: totals.evaluations,
    policies: { audited: inState('audited'), skipped: inState('skipped'), errored: inState('errored') },
    ...totals.reuse,
    ...totals.results,
    accepted: totals.accepted,
    failBySeverity: totals.failBySeverity,
    stored: totals.stored,
  };
}
