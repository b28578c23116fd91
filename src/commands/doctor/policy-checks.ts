import type { AuditError } from '../../domain/index.ts';
import { type Check, fail, ok, skipped } from './check.ts';
import { nameSome } from './cluster-checks.ts';

export type PolicyFailure = { readonly policy: string; readonly error: AuditError };

/** What became of policies that were all asked for the same. */
export type PolicyAnswers = { readonly known: number; readonly failed: readonly PolicyFailure[] };

export type EachOptions = {
  /** What the policies have to do, like `answer`. */
  readonly verb: string;
  /** What to type where the error of the first that failed does not say. */
  readonly fixes?: readonly string[];
};

/** Whether each policy does what it has to. */
export function checkEach(
  title: string,
  { known, failed }: PolicyAnswers,
  { verb, fixes = [] }: EachOptions,
): Check {
  const [first] = failed;
  if (first === undefined) return ok(title, `${known} of ${known} ${verb}`);
  const { error } = first;
  const names = nameSome(failed.map(({ policy }) => policy));
  const detail = `${failed.length} of ${known + failed.length} do not ${verb}: ${names}: ${error.message}`;
  return fail(title, { code: error.code, fixes: fixes.length === 0 ? error.tries : fixes, detail });
}

export function notAsked(title: string): Check {
  return skipped(title, 'not asked: --evaluate asks each about a made-up object');
}
