import type { AuditError } from './errors.ts';

/**
 * What came of asking one policy about one object. No answer is `errored`, never `allowed`. A `doubt` says why a verdict may be
 * wrong though it counts: what it hides is missing from the scan.
 */
export type EvaluationOutcome =
  | {
      readonly verdict: 'allowed' | 'denied';
      readonly message?: string | undefined;
      readonly doubt?: AuditError | undefined;
    }
  | { readonly verdict: 'errored'; readonly error: AuditError };
