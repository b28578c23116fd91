import { AuditError, type AuditedObject, type EvaluationOutcome, errorCodes } from '../domain/index.ts';
import { tidyErrorText } from './error-text.ts';

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
 * `object` is the one that was asked about.
 */
export function toOutcome(
  { allowed, status }: AdmissionVerdict,
  { silent, object }: { readonly silent: string; readonly object: AuditedObject | undefined },
): EvaluationOutcome {
  const message = status?.message ?? undefined;
  if (status?.code === 500) {
    const words = tidyErrorText(message ?? '', object) || silent;
    return { verdict: 'errored', error: new AuditError(errorCodes.evaluationFailed, words) };
  }
  return { verdict: allowed ? 'allowed' : 'denied', message };
}
