import type { BaselineState } from './baseline-state.ts';
import { type AuditError, type ErrorCode, NoAnswerError } from './errors.ts';
import type { PolicyException } from './exception.ts';
import type { TopOwner } from './owner.ts';
import type { Policy } from './policy.ts';
import type { ObjectReference, ResourceOrigin } from './resource.ts';

/**
 * The outcome of asking one policy about one object. No answer is `errored`, never `allowed`. A `doubt` says why a verdict may be
 * wrong though it counts: what it hides is missing from the scan.
 */
export type EvaluationOutcome =
  | {
      readonly verdict: 'allowed' | 'denied';
      readonly message?: string | undefined;
      readonly doubt?: AuditError | undefined;
      /** Whether the evaluation depended on nothing but the request; undefined if that was not observed. */
      readonly pure?: boolean | undefined;
      /** Stands for all that the verdict was computed from: while that stays the same, the verdict may be reused. */
      readonly basis?: string | undefined;
      /** Set where there was a stored verdict on the same basis. */
      readonly reuse?: ReuseFate | undefined;
    }
  | { readonly verdict: 'errored'; readonly error: AuditError };

/** How a stored verdict was used: it was `taken` without an evaluation, or the policy was asked again and `confirmed` or `refuted` it. */
export type ReuseFate = 'taken' | 'confirmed' | 'refuted';

/** The values that an audit gives; the report APIs also know `warn` and `skip`. */
export type ResultStatus = 'pass' | 'fail' | 'error';

export type PolicyResult = {
  readonly policy: Policy;
  readonly result: ResultStatus;
  readonly message: string | undefined;
  /** Set for `error` results: what kind of failure it was. */
  readonly errorCode: ErrorCode | undefined;
  /** Set for an `error` in place of an answer: a stored verdict may still hold. */
  readonly unanswered?: boolean | undefined;
  /** Set where a later run may reuse the result: what it was computed from. */
  readonly basis?: string | undefined;
  /** Set for a `fail` that an exception covers: it is shown as accepted, and stored as what it is. */
  readonly exception?: PolicyException | undefined;
  /** Set for a `fail` that was compared with a baseline. */
  readonly baseline?: BaselineState | undefined;
};

/** All results of one object, ordered by the policy's unique name. Never empty. */
export type ResourceReport = {
  /** Of a run over several clusters: in which the object is. */
  readonly cluster?: string | undefined;
  readonly subject: ObjectReference;
  /** Plural name of the type, for display as `deployments.apps`. */
  readonly groupResource: string;
  readonly results: readonly PolicyResult[];
  /** The file and place of the object, when it came from one. */
  readonly origin?: ResourceOrigin | undefined;
  /** Undefined where the object has no owner, or nobody asked for it. Reports that are stored do not hold it. */
  readonly owner?: TopOwner | undefined;
};

export type Summary = {
  readonly pass: number;
  readonly fail: number;
  readonly warn: number;
  readonly error: number;
  readonly skip: number;
};

/** One run of the audit; `startedAt` is what result timestamps carry. */
export type AuditRun = { readonly runUid: string; readonly startedAt: Date };

/** Turns an outcome into the row that a report stores. */
export function toPolicyResult(policy: Policy, outcome: EvaluationOutcome): PolicyResult {
  switch (outcome.verdict) {
    case 'allowed':
      return { policy, result: 'pass', ...toVerdict(outcome) };
    case 'denied':
      return { policy, result: 'fail', ...toVerdict(outcome) };
    case 'errored':
      return { policy, ...toError(outcome.error) };
  }
}

function toVerdict({
  message,
  basis,
}: Exclude<EvaluationOutcome, { verdict: 'errored' }>): Omit<PolicyResult, 'policy' | 'result'> {
  return { message, errorCode: undefined, ...(basis !== undefined && { basis }) };
}

function toError(error: AuditError): Omit<PolicyResult, 'policy'> {
  const { message, code } = error;
  const failure = { result: 'error', message, errorCode: code } as const;
  return error instanceof NoAnswerError ? { ...failure, unanswered: true } : failure;
}

/** Counts results by status; `warn` and `skip` are always 0 because an audit never gives them. */
export function summarize(results: readonly { readonly result: ResultStatus }[]): Summary {
  const count = (status: ResultStatus): number => results.filter(({ result }) => result === status).length;
  return { pass: count('pass'), fail: count('fail'), warn: 0, error: count('error'), skip: 0 };
}

/** Orders by code unit, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Stable order of results inside a report. */
export function compareResults(a: PolicyResult, b: PolicyResult): number {
  return compareText(a.policy.uniqueName, b.policy.uniqueName) || compareText(a.policy.uid, b.policy.uid);
}
