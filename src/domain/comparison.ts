import type { AuditError, ErrorCode } from './errors.ts';
import type { Policy } from './policy.ts';
import type { PolicyResult, ResourceReport } from './report.ts';

/**
 * A policy that is not in force, and what it would replace: the installed one of the same kind, namespace and name, why
 * that one cannot be read, or undefined where there is none.
 */
export type PolicyPair = { readonly proposed: Policy; readonly installed: Policy | AuditError | undefined };

/** An object with a different outcome. A result is undefined if that policy is not asked about the object. */
export type Change = {
  readonly kind: 'newly-failing' | 'newly-passing';
  readonly report: Omit<ResourceReport, 'results'>;
  readonly policy: Policy;
  readonly installed: PolicyResult | undefined;
  readonly proposed: PolicyResult | undefined;
  /** What else differs besides the verdict, if anything. */
  readonly why: ChangeReason | undefined;
};

/** The other policy is not asked about the object, or it is in mode monitor, which rejects nothing. */
export type ChangeReason =
  | 'not-looked-at-before'
  | 'only-reported-before'
  | 'no-longer-looked-at'
  | 'only-reported-from-now-on';

/** Objects by what the policy that is not in force would change for them; one that neither policy is asked about is not counted. */
export type ChangeCounts = {
  readonly newlyFailing: number;
  readonly newlyPassing: number;
  readonly stillFailing: number;
  readonly stillPassing: number;
  /** One of the two gave no answer, or it is not known whether it is asked. */
  readonly notCompared: number;
};

/** Why objects were not compared, and which side caused it. Without a count, nothing about the two policies was compared. */
export type NotCompared = {
  readonly policy: Policy;
  readonly side: 'installed' | 'proposed';
  readonly code: ErrorCode | undefined;
  readonly reason: string;
  readonly count: number;
};

export type ComparedPolicy = PolicyPair & {
  readonly counts: ChangeCounts;
  /** What of the two is not the same, as `settings` or `mode monitor -> protect`; empty where there is no installed one. */
  readonly differences: readonly string[];
  /** Objects that only the installed one is asked about. */
  readonly noLongerAsked: number;
  /** Objects that only the other one is asked about. */
  readonly newlyAsked: number;
};

/** What policies that are not in force would change, all in all and by namespace; undefined is that of cluster-scoped objects. */
export type Comparison = {
  readonly policies: readonly ComparedPolicy[];
  readonly counts: ChangeCounts;
  readonly namespaces: ReadonlyMap<string | undefined, ChangeCounts>;
  readonly changes: readonly Change[];
  readonly notCompared: readonly NotCompared[];
};
