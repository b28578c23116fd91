import type { AuditError, ErrorCode } from '../../domain/index.ts';

/**
 * `fail`: a scan now would not start, or be incomplete. `warn`: it works now and will not for long, or only because somebody turned a
 * check off. `skipped`: it could not be looked at, or need not be.
 */
export type CheckResult = 'ok' | 'warn' | 'fail' | 'skipped';

export type Check = {
  readonly name: string;
  readonly result: CheckResult;
  readonly detail: string;
  readonly code: ErrorCode | undefined;
  /** What to type next, most likely first. Never empty for `fail`. */
  readonly fixes: readonly string[];
};

export function ok(name: string, detail: string): Check {
  return { name, result: 'ok', detail, code: undefined, fixes: [] };
}

export function skipped(name: string, detail = 'not checked'): Check {
  return { name, result: 'skipped', detail, code: undefined, fixes: [] };
}

type Trouble = { readonly code: ErrorCode; readonly detail: string; readonly fixes?: readonly string[] };

export function warn(name: string, { code, detail, fixes = [] }: Trouble): Check {
  return { name, result: 'warn', detail, code, fixes };
}

/** Without a better fix, the manual of the code is the next thing to read. */
export function fail(name: string, { code, detail, fixes = [] }: Trouble): Check {
  const next = fixes.length === 0 ? [`audit-scanner explain ${code}`] : fixes;
  return { name, result: 'fail', detail, code, fixes: next };
}

/**
 * A check that ended with an error, with as many of its facts as are asked for. What the error says to try with `scan` is tried with
 * `doctor`, which has the same flags; `otherwise` is for errors that do not say.
 */
export function failedWith(
  name: string,
  error: AuditError,
  { facts = 0, otherwise = [] }: { readonly facts?: number; readonly otherwise?: readonly string[] } = {},
): Check {
  const { code, message, tries } = error;
  const detail = [message, ...error.facts.slice(0, facts)].join('; ');
  const steps = tries.length === 0 ? otherwise : tries;
  const fixes = steps.map((step) => step.replace(/^audit-scanner scan\b/, 'audit-scanner doctor'));
  return fail(name, { code, detail, fixes });
}
