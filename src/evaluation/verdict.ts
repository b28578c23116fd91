import { AuditError, errorCodes } from '../domain/errors.ts';
import type { EvaluationOutcome } from '../domain/outcome.ts';

/** The part of an AdmissionResponse that decides. Go writes absent fields as null. */
export type AdmissionVerdict = {
  readonly allowed: boolean;
  readonly status?:
    | { readonly message?: string | null | undefined; readonly code?: number | null | undefined }
    | null
    | undefined;
};

/**
 * What an answer of a policy means. Status code 500 says that the policy could not be evaluated, whatever `allowed` is; the
 * policy's own words stand alone, because the report shows them beside its name, and `silent` stands in where there are none.
 */
export function toOutcome({ allowed, status }: AdmissionVerdict, silent: string): EvaluationOutcome {
  const message = status?.message ?? undefined;
  if (status?.code === 500)
    return { verdict: 'errored', error: new AuditError(errorCodes.evaluationFailed, message || silent) };
  return { verdict: allowed ? 'allowed' : 'denied', message };
}
