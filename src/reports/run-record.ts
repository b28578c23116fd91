import { hash } from 'node:crypto';
import { type AuditOutcome, formatApiVersion, type Policy, type RunRecord } from '../domain/index.ts';
import type { ReportMapper } from './report-kinds.ts';
import { toRunRows } from './run-record-rows.ts';

/** The one name of the record in a cluster. All other reports of the scanner are named after UIDs. */
export const runRecordName = 'audit-scanner-run';

/** Of its annotations. Another one is to be read by whoever knows it. */
export const runRecordVersion = '1';
const prefix = 'audit-scanner.io/';
/** All annotations of an object may take 256 KiB; what is left is for those of others. */
const maxAnsweredBytes = 192 * 1024;

/** The record as an object of the API. It has no label `managed-by`: whoever removes stale reports by it must not find the record. */
export type RunRecordBody = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
};

export type RunRecordInput = {
  readonly outcome: AuditOutcome;
  readonly toolVersion: string;
  /** What was recorded before, if it can be trusted. */
  readonly previous: RunRecord | undefined;
};

/** What is stored of a run: what it says to people in its results, and what later runs go by in its annotations. */
export function toRunRecord(
  mapper: ReportMapper,
  { outcome, toolVersion, previous }: RunRecordInput,
): RunRecordBody {
  const { run, finishedAt, complete, coverage, totals } = outcome;
  const { resources, evaluations, results } = totals;
  const answered = toAnswered(outcome, previous);
  const lastCompleteAt = complete ? finishedAt : previous?.lastCompleteAt;
  const answeredAt = (policy: Policy): Date | undefined => answered.get(policyIdOf(policy));
  const { text, leftOut } = writeAnswered(answered);
  return {
    apiVersion: formatApiVersion(mapper.cluster),
    kind: mapper.cluster.kind,
    metadata: {
      name: runRecordName,
      annotations: {
        [annotationOf('record-version')]: runRecordVersion,
        [annotationOf('run-uid')]: run.runUid,
        [annotationOf('started-at')]: run.startedAt.toISOString(),
        [annotationOf('finished-at')]: finishedAt.toISOString(),
        [annotationOf('complete')]: String(complete),
        ...(lastCompleteAt && { [annotationOf('last-complete-at')]: lastCompleteAt.toISOString() }),
        [annotationOf('scanner-version')]: toolVersion,
        [annotationOf('cells')]: JSON.stringify(coverage.cells),
        [annotationOf('totals')]: JSON.stringify({ resources, evaluations, results }),
        [annotationOf('answered')]: text,
      },
    },
    scope: { kind: 'AuditRun', name: 'audit-scanner' },
    ...toRunRows(outcome, { answeredAt, leftOut }),
  };
}

/** By policy: this run where it answered everything, else when it last did. Policies that are gone are forgotten. */
function toAnswered(
  { run, policies, answered }: AuditOutcome,
  previous: RunRecord | undefined,
): ReadonlyMap<string, Date> {
  const now = new Set(answered);
  return new Map(
    policies.flatMap(({ policy }) => {
      const at = now.has(policy) ? run.startedAt : previous?.answeredAt(policy);
      return at === undefined || policy.uid === '' ? [] : [[policyIdOf(policy), at] as const];
    }),
  );
}

/** Policies by the time, as most share it: `{"2026-11-28T14:00:00.000Z":"id id id"}`. The newest go first, and what has no room is left out. */
function writeAnswered(answered: ReadonlyMap<string, Date>): {
  readonly text: string;
  readonly leftOut: number;
} {
  const groups: Record<string, string> = {};
  const newestFirst = [...answered].sort(([, a], [, b]) => b.getTime() - a.getTime());
  let room = maxAnsweredBytes;
  let written = 0;
  for (const [id, at] of newestFirst) {
    const key = at.toISOString();
    const group = groups[key];
    room -= id.length + 1 + (group === undefined ? key.length + 6 : 0);
    if (room < 0) break;
    groups[key] = group === undefined ? id : `${group} ${id}`;
    written += 1;
  }
  return { text: JSON.stringify(groups), leftOut: answered.size - written };
}

/** The annotation that holds a fact about the run, like `started-at`. */
export function annotationOf(fact: string): string {
  return `${prefix}${fact}`;
}

/** Stands for a policy in a third of the room that its UID takes: 72 bits of a hash. */
export function policyIdOf({ uid }: Pick<Policy, 'uid'>): string {
  return hash('sha256', uid, 'base64url').slice(0, 12);
}
