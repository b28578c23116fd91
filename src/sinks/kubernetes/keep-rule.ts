import { clockToleranceMs, type RunRecord } from '../../domain/index.ts';

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
