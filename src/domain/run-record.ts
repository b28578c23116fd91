import type { Mark } from './age.ts';
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
  readonly totals: Pick<AuditTotals, 'resources' | 'evaluations' | 'reuse' | 'results'>;
  /** The start of the last run in which this policy, whatever its generation then, answered everything that it was asked. */
  answeredAt(policy: Pick<Policy, 'uid'>): Date | undefined;
  /** The earliest of those times; undefined where no policy has answered everything. */
  readonly oldestMark: Mark;
  /** Undefined for a run that reused nothing. */
  readonly reuse?: RecordedReuse | undefined;
};

/** The conditions under which runs reused stored results; under others their marks do not count. */
export type ReuseTerms = {
  readonly ageMs: number;
  /** Stands for the namespaces that were left out: what is in them was not looked at, whatever the marks say. */
  readonly ignored: string;
};

/** What a run leaves to the next one that reuses results. */
export type RecordedReuse = ReuseTerms & {
  /** The start of the first run under these conditions: earlier marks do not count. */
  readonly since: Date;
  /** Whether everything about the policy has to be asked, whatever its mark says. */
  isDue(policy: Pick<Policy, 'uid'>): boolean;
};

/** When a policy last answered all that was due; undefined where nobody can say, so that everything is. */
export function markOf(record: RunRecord | undefined, terms: ReuseTerms, policy: Policy): Mark {
  const reuse = record?.reuse;
  if (reuse?.ageMs !== terms.ageMs || reuse.ignored !== terms.ignored || reuse.isDue(policy))
    return undefined;
  const answeredAt = record?.answeredAt(policy);
  return answeredAt !== undefined && answeredAt >= reuse.since ? answeredAt : undefined;
}

/** A record whose times are further ahead than clocks of machines differ is not trusted. */
export const clockToleranceMs = 5 * 60 * 1000;

/**
 * Why a record cannot be used. `foreign`: another writer created it. `newer`: a later version of the scanner did.
 * `malformed`: something has changed it. `future`: it has times that are still to come. `unfinished`: of the first run, some shards are missing.
 */
export type UnusableRecord = {
  readonly unusable: 'foreign' | 'newer' | 'malformed' | 'future' | 'unfinished';
};
