import type { AuditTotals } from './audit.ts';
import type { Coverage } from './coverage.ts';
import type { Policy } from './policy.ts';

/** What is stored of the last run over the whole cluster. */
export type RunRecord = {
  readonly runUid: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly complete: boolean;
  /** When the last complete run ended: this one, or an earlier one. */
  readonly lastCompleteAt: Date | undefined;
  readonly toolVersion: string;
  readonly cells: Coverage['cells'];
  readonly totals: Pick<AuditTotals, 'resources' | 'evaluations' | 'results'>;
  /** The start of the last run in which this policy, whatever its generation then, answered everything that it was asked. */
  answeredAt(policy: Pick<Policy, 'uid'>): Date | undefined;
};

/** A record whose times are further ahead than clocks of machines differ is not trusted. */
export const clockToleranceMs = 5 * 60 * 1000;

/**
 * Why nothing may be read from a record. `foreign`: nobody who knows the format wrote it. `newer`: a later version of the scanner did.
 * `malformed`: something has changed it. `future`: it has times that are still to come.
 */
export type UnusableRecord = { readonly unusable: 'foreign' | 'newer' | 'malformed' | 'future' };
