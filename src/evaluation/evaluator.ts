import type {
  AuditError,
  AuditedObject,
  EvaluationLoad,
  EvaluationOutcome,
  Policy,
  ServerConnections,
} from '../domain/index.ts';

/** One object as a policy is asked about it. `body` is the serialised AdmissionReview, shared by all policies of the object. */
export type Review = { readonly object: AuditedObject; readonly body: Uint8Array };

export interface PolicyEvaluator {
  /**
   * Makes ready for these policies. The map says, by unique name, which cannot be evaluated and why; evaluating one of those
   * gives `errored` with that reason.
   */
  prepare(policies: readonly Policy[], signal: AbortSignal): Promise<ReadonlyMap<string, AuditError>>;
  /** Never rejects for an expected failure: that is an `errored` outcome. Rejects only when the signal aborts. */
  evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome>;
  /** The load on policy servers so far; undefined if none are asked. */
  load?(): EvaluationLoad | undefined;
  /** How servers were connected to, if the user can choose; undefined otherwise. */
  connections?(): readonly ServerConnections[] | undefined;
  close(): Promise<void>;
}
