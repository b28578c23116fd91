import { hash } from 'node:crypto';
import {
  type AuditOutcome,
  errorCodes,
  formatApiVersion,
  type Policy,
  type RecordedReuse,
  type ReuseTerms,
  type RunRecord,
} from '../domain/index.ts';
import type { ReportMapper } from './report-kinds.ts';
import { toRunRows } from './run-record-rows.ts';

/** The one name of the record in a cluster. All other reports of the scanner are named after UIDs. */
export const runRecordName = 'audit-scanner-run';

/** Version of its annotations. Other versions are read by programs that know them. */
export const runRecordVersion = '1';
const prefix = 'audit-scanner.io/';
const subject = { kind: 'AuditRun', name: 'audit-scanner' };
/** All annotations of an object may take 256 KiB; the rest is for those of other tools. */
const maxAnsweredBytes = 192 * 1024;
const maxReuseBytes = 24 * 1024;

/** The record as an object of the API. It has no label `managed-by`: a clean-up of stale reports by that label must not find it. */
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
  /** Undefined where stored results are not reused. */
  readonly reuse?: ReuseInput | undefined;
};

/**
 * The terms of the run; the rest is known when the record is written: whether a report that was left as found may hold a result of a policy, and
 * when the attempt began of which results were taken for results of this run, if there was one.
 */
export type ReuseInput = ReuseTerms & {
  readonly isLeft: (policy: Policy) => boolean;
  readonly resumedFrom?: () => Date | undefined;
};

/** What is stored of a run: what it says to people in its results, and what later runs go by in its annotations. */
export function toRunRecord(
  mapper: ReportMapper,
  { outcome, toolVersion, previous, reuse: terms }: RunRecordInput,
): RunRecordBody {
  const { run, finishedAt, complete, coverage, totals } = outcome;
  const { resources, evaluations, reuse, results } = totals;
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
        [annotationOf('totals')]: JSON.stringify({ resources, evaluations, reuse, results }),
        [annotationOf('answered')]: text,
        ...(terms && toReuseAnnotation(outcome, previous, terms)),
      },
    },
    scope: subject,
    ...toRunRows(outcome, { answeredAt, leftOut }),
  };
}

/** A record that says nothing yet, with these annotations. */
export function toEmptyRecord(
  { cluster }: ReportMapper,
  annotations: RunRecordBody['metadata']['annotations'],
): RunRecordBody {
  return {
    apiVersion: formatApiVersion(cluster),
    kind: cluster.kind,
    metadata: { name: runRecordName, annotations },
    scope: subject,
    summary: { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 },
    results: [],
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

/** Policies by the time, as most share it: `{"2026-11-28T14:00:00.000Z":"id id id"}`. The newest come first, and what does not fit is left out. */
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

/**
 * What the next run needs to reuse results. Nothing where the marks cannot be relied on: another run was under way at the same time, or
 * reports that should have been deleted are still there.
 */
function toReuseAnnotation(
  outcome: AuditOutcome,
  previous: RunRecord | undefined,
  terms: ReuseInput,
): Readonly<Record<string, string>> {
  const { run, incidents } = outcome;
  const isOverlapped =
    previous !== undefined && previous.runUid !== run.runUid && previous.finishedAt > run.startedAt;
  const isUnclean = incidents.some(({ error }) => error.code === errorCodes.reportDeleteFailed);
  if (isOverlapped || isUnclean) return {};
  const { ageMs, ignored } = terms;
  const last = previous?.reuse;
  const since = last?.ageMs === ageMs && last.ignored === ignored ? last.since : run.startedAt;
  const due = findDue(outcome, last, terms).join(' ');
  const text = JSON.stringify({ ageMs, ignored, since: since.toISOString(), due });
  return text.length > maxReuseBytes ? {} : { [annotationOf('reuse')]: text };
}

/** The policies about which everything has to be asked, whatever their marks say, until they have answered all of it. */
function findDue(
  { policies, answered, refuted = [] }: AuditOutcome,
  last: RecordedReuse | undefined,
  { isLeft }: ReuseInput,
): readonly string[] {
  const [hasAnswered, isRefuted] = [new Set(answered), new Set(refuted)];
  const isDue = (policy: Policy): boolean =>
    isRefuted.has(policy) || (hasAnswered.has(policy) ? isLeft(policy) : last?.isDue(policy) === true);
  return policies.flatMap(({ policy }) => (policy.uid !== '' && isDue(policy) ? [policyIdOf(policy)] : []));
}

/** The annotation that holds a fact about the run, like `started-at`. */
export function annotationOf(fact: string): string {
  return `${prefix}${fact}`;
}

/** Stands for a policy in a third of the space of its UID: 72 bits of a hash. */
export function policyIdOf({ uid }: Pick<Policy, 'uid'>): string {
  return hash('sha256', uid, 'base64url').slice(0, 12);
}
