/**
 * The result of the gate, in the one word that every output uses. `failed`: more violations than allowed, whatever else was missed;
 * `incomplete`: not failed, but not everything was looked at; `none`: nothing was judged, because the scan did not start or there
 * was nothing to ask; `passed`: everything was looked at, and it is good enough.
 */
export type GateWord = 'passed' | 'failed' | 'incomplete' | 'none';

/** Decided once from the unfiltered results; the output format never changes it. */
export type GateResult = {
  readonly result: GateWord;
  /** Whether the result is `passed`: an incomplete scan has not. */
  readonly passed: boolean;
  readonly exitCode: number;
  readonly failOn: string;
  /** Whether the scan is incomplete and a retry may help. */
  readonly retryable: boolean;
  /** `fail` results that count for the gate. */
  readonly violations: number;
  /** Which of them were compared with a baseline's and count; undefined where all do. */
  readonly counted?: 'new' | 'new-and-changed' | undefined;
  /** What was compared with what. */
  readonly rules: readonly GateRule[];
  /** The verdict as one line for a person, e.g. `FAILED: 4 violations at or above "any" (…). Exit code 1.` */
  readonly verdict: string;
};

export type GateRule = {
  readonly name: 'violations' | 'complete';
  readonly threshold: number | boolean;
  readonly actual: number | boolean;
  readonly passed: boolean;
};
