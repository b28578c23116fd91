import {
  type AuditOutcome,
  type Coverage,
  describeFilters,
  errorCodes,
  type ReportAge,
} from '../../domain/index.ts';
import { findDoubts, toGaps, toStatuses } from './stored-doubts.ts';
import type { StoredRun } from './stored-run.ts';
import type { StoredTally } from './stored-tally.ts';

/** What stored reports come to, as of the run that confirmed them last. Incomplete where they do not say how things are now. */
export function toStoredOutcome(tally: StoredTally, run: StoredRun): AuditOutcome {
  const { record, filters, readAt } = run;
  const statuses = toStatuses(tally, run);
  const incidents = findDoubts(tally, run, statuses);
  const evaluationFailures = toFailures(tally);
  const { startedAt, finishedAt } = record ?? { startedAt: readAt, finishedAt: readAt };
  return {
    run: { runUid: record?.runUid ?? '', startedAt },
    finishedAt,
    policies: statuses,
    answered: [],
    totals: tally.totals(),
    evaluationFailures,
    incidents,
    filters,
    coverage: { ...toCoverage(tally, run), gaps: toGaps(incidents, run, statuses) },
    interrupted: false,
    complete: incidents.length === 0 && evaluationFailures.length === 0,
  };
}

/** What was looked at is in the record, for the cluster as a whole; of a part, only the reports speak. */
function toCoverage(tally: StoredTally, run: StoredRun): Omit<Coverage, 'gaps'> {
  const { record, filters } = run;
  const known = describeFilters(filters).length === 0 ? record?.cells : undefined;
  return {
    cells: known ?? { scanned: 0, partial: 0, failed: 0, empty: 0, skipped: 0 },
    types: tally.types.size,
    namespaces: tally.namespaces.size,
    reportAge: toAge(tally, run),
    ignoredNamespaces: [],
    labelSelector: undefined,
    skipped: [],
    kept: [],
  };
}

function toAge(tally: StoredTally, { record, readAt }: StoredRun): ReportAge {
  const { finishedAt: confirmedAt, lastCompleteAt } = record ?? {
    finishedAt: undefined,
    lastCompleteAt: undefined,
  };
  return { readAt, confirmedAt, lastCompleteAt, ...tally.changes() };
}

/** Errors in place of answers, as the reports have them: without the code, which they do not store. */
function toFailures(tally: StoredTally): AuditOutcome['evaluationFailures'] {
  return [...tally.policies.values()].flatMap(({ policy, errors, firstError }) =>
    errors === 0 ? [] : [{ policy, code: errorCodes.evaluationFailed, message: firstError, count: errors }],
  );
}
