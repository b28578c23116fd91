import {
  AuditError,
  type AuditOutcome,
  type CellState,
  type CoverageGap,
  digestOf,
  errorCodes,
  type Incident,
  type Policy,
  type ReuseTerms,
  type ReuseTotals,
  type RunRecord,
  type Shard,
} from '../domain/index.ts';
import { policyIdOf, type ReuseInput } from './run-record.ts';

/** What one shard of a run leaves for the others: its share of what is recorded of the run. */
export type ShardEntry = Pick<RunRecord, 'startedAt' | 'finishedAt' | 'complete' | 'cells' | 'totals'> & {
  readonly shard: Shard;
  /** The run that the shards share. */
  readonly job: string;
  /** Stands for the policies that the shard knew of: it says nothing about others. Empty if the names did not fit. */
  readonly policies: string;
  /** The ids of those that did not answer everything that the shard had to ask them. */
  readonly unanswered: ReadonlySet<string>;
  readonly gaps: readonly CoverageGap[];
  /** On what terms stored results were reused; empty where they were not. Shards on different terms leave no marks for the next run. */
  readonly terms: string;
  /** The ids of the policies about which everything has to be asked in the next run. */
  readonly due: ReadonlySet<string>;
  /** Whether every stale report of the shard is gone. */
  readonly clean: boolean;
};

/** On what terms results are reused, as one word. */
export function termsOf(terms: ReuseTerms | undefined): string {
  return terms === undefined ? '' : `${terms.ageMs}/${terms.ignored}`;
}

/** The entries of all shards together; what is left of 256 KiB belongs to the rest of the record and to others. */
const maxEntriesBytes = 56 * 1024;
const maxGaps = 20;
const maxReasonLength = 200;

/** The fact of the record, as `annotationOf` takes it, that shard `index` writes. */
export function shardFact(index: number): string {
  return `shard-${index}`;
}

/** What the shard writes. What does not fit is left out, and then the entry claims less. */
export function writeShardEntry(outcome: AuditOutcome, shard: Shard, reuse: ReuseInput | undefined): string {
  const room = Math.floor(maxEntriesBytes / shard.count);
  const answered = new Set(outcome.answered);
  const unanswered = outcome.policies.flatMap(({ policy }) =>
    answered.has(policy) ? [] : [policyIdOf(policy)],
  );
  const begun = sinceFirstAttempt(outcome, reuse);
  const told = {
    policies: digestPolicies(outcome),
    unanswered: unanswered.join(' '),
    terms: termsOf(reuse),
    due: findDue(outcome, reuse).join(' '),
  };
  const gaps = outcome.coverage.gaps.slice(0, maxGaps).map(shorten);
  for (let count = gaps.length; count > 0; count = Math.floor(count / 2)) {
    const text = write(begun, shard, { ...told, gaps: gaps.slice(0, count) });
    if (text.length <= room) return text;
  }
  const text = write(begun, shard, { ...told, gaps: [] });
  return text.length <= room
    ? text
    : write(begun, shard, { policies: '', unanswered: '', terms: '', due: '', gaps: [] });
}

/** What an earlier attempt has stored counts for this one, so marks must not be later than that began. */
function sinceFirstAttempt(outcome: AuditOutcome, reuse: ReuseInput | undefined): AuditOutcome {
  const startedAt = reuse?.resumedFrom?.() ?? outcome.run.startedAt;
  return { ...outcome, run: { ...outcome.run, startedAt } };
}

function findDue({ policies, refuted = [] }: AuditOutcome, reuse: ReuseInput | undefined): readonly string[] {
  const isRefuted = new Set(refuted);
  const isDue = (policy: Policy): boolean => isRefuted.has(policy) || reuse?.isLeft(policy) === true;
  return policies.flatMap(({ policy }) => (isDue(policy) ? [policyIdOf(policy)] : []));
}

/** Texts that are dropped or shortened if they do not fit. */
type Told = Readonly<Record<'policies' | 'unanswered' | 'terms' | 'due', string>> & Pick<ShardEntry, 'gaps'>;

function write(
  { run, finishedAt, complete, coverage, totals, incidents }: AuditOutcome,
  { count }: Shard,
  told: Told,
): string {
  const { resources, evaluations, reuse, results } = totals;
  return JSON.stringify({
    job: run.runUid,
    count,
    startedAt: run.startedAt,
    finishedAt,
    complete,
    cells: coverage.cells,
    totals: { resources, evaluations, reuse, results },
    clean: incidents.every(({ error }) => error.code !== errorCodes.reportDeleteFailed),
    ...told,
  });
}

function shorten(gap: CoverageGap): CoverageGap {
  return {
    ...gap,
    policies: gap.policies.slice(0, 3),
    reason: gap.reason.toWellFormed().slice(0, maxReasonLength).toWellFormed(),
  };
}

function digestPolicies({ policies }: AuditOutcome): string {
  const uids = policies.map(({ policy }) => policy.uid).sort();
  return digestOf(uids.join('\n')).slice(0, 12);
}

/**
 * The outcome of the whole run, from that of its last shard and the entries of all. A check is counted once for each shard. A policy has answered
 * where it has answered all shards, and all of them knew the same policies.
 */
export function mergeShards(own: AuditOutcome, entries: readonly ShardEntry[]): AuditOutcome {
  const times = (pick: (entry: ShardEntry) => Date): number[] => entries.map((one) => pick(one).getTime());
  const known = digestPolicies(own);
  const mayAnswer = entries.every(({ policies }) => policies === known);
  const hasAnswered = (policy: Policy): boolean =>
    mayAnswer && !entries.some(({ unanswered }) => unanswered.has(policyIdOf(policy)));
  const isDue = (policy: Policy): boolean => entries.some(({ due }) => due.has(policyIdOf(policy)));
  return {
    ...own,
    run: { ...own.run, startedAt: new Date(Math.min(...times(({ startedAt }) => startedAt))) },
    finishedAt: new Date(Math.max(...times(({ finishedAt }) => finishedAt))),
    complete: entries.every(({ complete }) => complete),
    answered: own.policies.map(({ policy }) => policy).filter(hasAnswered),
    refuted: own.policies.map(({ policy }) => policy).filter(isDue),
    incidents: entries.every(({ clean }) => clean) ? own.incidents : [...own.incidents, unclean],
    totals: { ...own.totals, ...sumTotals(entries) },
    coverage: {
      ...own.coverage,
      shard: undefined,
      cells: sumCells(entries),
      gaps: entries.flatMap(({ gaps }) => gaps),
    },
  };
}

/** That some shard has left a report that should have gone, as the record has to know. */
const unclean: Incident = {
  error: new AuditError(errorCodes.reportDeleteFailed, 'a shard could not delete stale reports'),
  scope: {},
  count: 1,
};

function sumTotals(entries: readonly ShardEntry[]): ShardEntry['totals'] {
  const totals = entries.map((entry) => entry.totals);
  const sum = (pick: (one: ShardEntry['totals']) => number): number =>
    totals.reduce((total, one) => total + pick(one), 0);
  return {
    resources: sum(({ resources }) => resources),
    evaluations: sum(({ evaluations }) => evaluations),
    ...sumReuse(totals.map(({ reuse }) => reuse)),
    results: {
      pass: sum(({ results }) => results.pass),
      fail: sum(({ results }) => results.fail),
      warn: sum(({ results }) => results.warn),
      error: sum(({ results }) => results.error),
      skip: sum(({ results }) => results.skip),
    },
  };
}

/** Absent where not all shards have reused results. The seed is that of the first. */
function sumReuse(totals: readonly (ReuseTotals | undefined)[]): { readonly reuse?: ReuseTotals } {
  const known = totals.filter((one) => one !== undefined);
  const [first] = known;
  if (first === undefined || known.length < totals.length) return {};
  return {
    reuse: {
      ...first,
      reused: known.reduce((sum, { reused }) => sum + reused, 0),
      confirmed: known.reduce((sum, { confirmed }) => sum + confirmed, 0),
    },
  };
}

function sumCells(entries: readonly ShardEntry[]): ShardEntry['cells'] {
  const sum = (state: CellState): number => entries.reduce((total, { cells }) => total + cells[state], 0);
  return {
    scanned: sum('scanned'),
    partial: sum('partial'),
    failed: sum('failed'),
    empty: sum('empty'),
    skipped: sum('skipped'),
  };
}
