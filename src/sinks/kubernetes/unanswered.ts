import {
  clockToleranceMs,
  type PolicyResult,
  type ResourceReport,
  type RunRecord,
} from '../../domain/index.ts';
import type { EarlierVerdict } from '../../reports/index.ts';
import type { ReportContent, ResultMark } from './content.ts';
import { listProperty, property, textProperty } from './properties.ts';
import type { FetchedReport, StoredReport } from './stored-report.ts';

/** For how long verdicts stay whose policies give no answer any more. */
export type KeepRule = {
  /** Since the policy last answered everything. */
  readonly maxAgeMs: number;
  /** Undefined where there is none that can be trusted: then nothing can be shown to be recent. Never rejects but for the signal. */
  readonly readRecord: (signal: AbortSignal) => Promise<RunRecord | undefined>;
};

/** Whether a policy answered everything no longer ago than that. */
export function isRecent(answeredAt: Date | undefined, now: Date, maxAgeMs: number): boolean {
  if (answeredAt === undefined) return false;
  const age = now.getTime() - answeredAt.getTime();
  return age < maxAgeMs && age > -clockToleranceMs;
}

/** A report with what stays of the stored one. `earlier` goes with the results that are errors now. */
type Merged = {
  readonly report: ResourceReport;
  readonly kept: number;
  readonly earlier: readonly (EarlierVerdict | undefined)[];
  /** Of the results that stay. */
  readonly seals: readonly (string | undefined)[];
};

type Stored = {
  readonly stored: StoredReport | FetchedReport;
  readonly mayKeep: (result: PolicyResult) => boolean;
};

/**
 * What becomes of results without an answer. The stored verdict stays if it was computed from the same version of the object and the same
 * generation of the policy, and may be kept; else the error remembers which verdict it replaces. `fetch`: the stored results are
 * needed as a whole. A verdict that stays has its seal on: its policy has not answered everything, so that its mark does not move, and
 * whatever was due stays due.
 */
export function mergeUnanswered(
  report: ResourceReport,
  fresh: ReportContent,
  { stored, mayKeep }: Stored,
): Merged | { readonly kind: 'none'; readonly kept: number } | { readonly kind: 'fetch' } {
  const isSameObject = fresh.object === stored.content.object;
  const byPolicy = new Map(stored.content.results.map((mark) => [mark.policy, mark]));
  const rows = report.results.map((result, index) => {
    const mark = fresh.results[index];
    const last = mark && byPolicy.get(mark.policy);
    const isCurrent = isSameObject && last?.verdict !== undefined && last.generation === mark?.generation;
    return { result, last, isKept: isCurrent && result.unanswered === true && mayKeep(result) };
  });
  const kept = rows.filter(({ isKept }) => isKept).length;
  // Nothing has come that could be written, and nothing is to go.
  if (kept === rows.length && kept === stored.content.results.length) return { kind: 'none', kept };
  if (kept > 0 && !('document' in stored)) return { kind: 'fetch' };
  return {
    report: {
      ...report,
      results: rows.map(({ result, isKept }) => (isKept ? restore(result, stored) : result)),
    },
    kept,
    earlier: rows.map(({ result, last, isKept }) =>
      isKept || result.unanswered !== true ? undefined : last && toEarlier(last),
    ),
    seals: rows.map(({ last, isKept }) => (isKept ? last?.sealed?.seal : undefined)),
  };
}

/** An error without an answer says itself what came before it. */
function toEarlier({ verdict, seconds, fingerprint, earlier }: ResultMark): EarlierVerdict | undefined {
  if (verdict === undefined) return earlier;
  return seconds === 0 ? undefined : { verdict, seconds, fingerprint };
}

/** The stored verdict of the same policy. */
function restore({ policy, ...error }: PolicyResult, stored: StoredReport | FetchedReport): PolicyResult {
  const rows = 'document' in stored ? listProperty(stored.document, 'results') : [];
  const row = rows.findLast((candidate) => textProperty(candidate, 'policy') === policy.uniqueName);
  const verdict = property(row, 'result');
  if (verdict !== 'pass' && verdict !== 'fail') return { policy, ...error };
  return {
    policy,
    result: verdict,
    message: textProperty(row, 'message') || undefined,
    errorCode: undefined,
  };
}
