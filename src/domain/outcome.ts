import type { AuditError } from './errors.ts';

/** What came of asking one policy about one object. No answer is `errored`, never `allowed`. */
export type EvaluationOutcome =
  | { readonly verdict: 'allowed'; readonly message?: string | undefined }
  | { readonly verdict: 'denied'; readonly message?: string | undefined }
  | { readonly verdict: 'errored'; readonly error: AuditError };
