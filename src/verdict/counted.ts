import { type AuditOutcome, type SeverityName, severityNames } from '../domain/index.ts';
import { plural } from '../text/index.ts';

/** The violations that a run is judged by. */
export type Counted = {
  readonly bySeverity: Readonly<Record<SeverityName, number>>;
  /** Which of them: undefined for all. */
  readonly only: 'new' | 'new-and-changed' | undefined;
  /** Those that the baseline lets pass. */
  readonly known: number;
};

/** All violations, or with a baseline those that are new; changed ones only where it is strict. */
export function countViolations(
  { totals, baseline }: Pick<AuditOutcome, 'totals' | 'baseline'>,
  { baselineStrict = false }: { readonly baselineStrict?: boolean | undefined },
): Counted {
  if (baseline === undefined) return { bySeverity: totals.failBySeverity, only: undefined, known: 0 };
  const { counts, failBySeverity } = baseline;
  if (!baselineStrict)
    return { bySeverity: failBySeverity.new, only: 'new', known: counts.known + counts.changed };
  const both = severityNames.map(
    (name) => [name, failBySeverity.new[name] + failBySeverity.changed[name]] as const,
  );
  return { bySeverity: toRecord(both), only: 'new-and-changed', known: counts.known };
}

function toRecord(counts: readonly (readonly [SeverityName, number])[]): Record<SeverityName, number> {
  const none = { critical: 0, high: 0, medium: 0, low: 0, unset: 0, info: 0 };
  return { ...none, ...Object.fromEntries(counts) };
}

/** `1 new violation`, `3 new or changed violations`; with `newOnly` too, which says that they are those a policy would add. */
export function describeCounted(violations: number, { only }: Counted, newOnly?: boolean): string {
  if (only === undefined && newOnly !== true) return plural(violations, 'violation');
  const which = only === 'new-and-changed' ? 'new or changed' : 'new';
  return plural(violations, `${which} violation`);
}
