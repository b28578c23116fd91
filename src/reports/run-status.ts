import { cellStates, type RunRecord } from '../domain/index.ts';
import { formatAge, formatMinute, plural, toPlainText, wrapText } from '../text/index.ts';
import type { RunRow } from './run-record-rows.ts';
import type { ShardEntry } from './shard-entry.ts';

/** What is said of the last run over the whole cluster. `age` is since the last complete run ended, in milliseconds. */
export type RunStatus = {
  readonly record: RunRecord;
  readonly rows: readonly RunRow[];
  /** How many shards the run was shared by; undefined for one process. */
  readonly sharedBy: number | undefined;
  /** Of a run since then that is shared by several processes. */
  readonly newer: NewerRun | undefined;
  readonly age: number | undefined;
  readonly maxAge: number;
  /** `late`: the last complete run is too old, or there was none. */
  readonly state: 'good' | 'incomplete' | 'late';
};

type Judged = {
  readonly record: RunRecord;
  readonly rows: readonly RunRow[];
  readonly shards?: readonly ShardEntry[];
};

/** A run whose shards have not all finished, or not all been summed up. */
export type NewerRun = {
  readonly job: string;
  readonly count: number;
  readonly reported: readonly number[];
  readonly missing: readonly number[];
};

/** What is known of the newest run in shards that is not in the record yet. Entries of other runs, or of another count, are dropped. */
function findNewerRun(record: RunRecord, shards: readonly ShardEntry[]): NewerRun | undefined {
  const newer = shards.filter(
    ({ job, finishedAt }) => job !== record.runUid && finishedAt > record.finishedAt,
  );
  const [newest] = newer.toSorted((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime());
  if (newest === undefined) return undefined;
  const { job } = newest;
  const { count } = newest.shard;
  const reported = newer
    .filter((entry) => entry.job === job && entry.shard.count === count)
    .map(({ shard }) => shard.index);
  const all = Array.from({ length: count }, (_, index) => index);
  return { job, count, reported, missing: all.filter((index) => !reported.includes(index)) };
}

/** Judges a record against the clock. */
export function judgeRun(
  { record, rows, shards = [] }: Judged,
  { now, maxAge }: { readonly now: Date; readonly maxAge: number },
): RunStatus {
  const { lastCompleteAt, complete } = record;
  // Clocks of machines differ a little.
  const age = lastCompleteAt && Math.max(0, now.getTime() - lastCompleteAt.getTime());
  const isLate = age === undefined || age > maxAge;
  const newer = findNewerRun(record, shards);
  const sharedBy = shards.find(({ job }) => job === record.runUid)?.shard.count;
  const state = isLate ? 'late' : complete ? 'good' : 'incomplete';
  return { record, rows, sharedBy, newer, age, maxAge, state };
}

/** The status for people; each line no longer than `width`, the verdict last. */
export function renderRunStatus(status: RunStatus, { width }: { readonly width: number }): string {
  const { record, rows } = status;
  const { startedAt, finishedAt, toolVersion, totals, cells } = record;
  const { pass, fail, error } = totals.results;
  const seconds = Math.max(0, (finishedAt.getTime() - startedAt.getTime()) / 1000);
  const looked = cellStates.filter((state) => cells[state] > 0).map((state) => `${cells[state]} ${state}`);
  const facts = [
    `last run       ${formatMinute(startedAt)}, ${seconds.toFixed(1)} s, ${record.complete ? 'complete' : 'INCOMPLETE'}, audit-scanner ${toPlainText(toolVersion)}`,
    `last complete  ${record.lastCompleteAt === undefined ? 'never' : `${formatMinute(record.lastCompleteAt)}, ${formatAge(status.age ?? 0)} ago`}`,
    `looked at      ${plural(totals.resources, 'resource')}, ${plural(totals.evaluations, 'evaluation')}; checks: ${looked.join(', ') || 'none'}`,
    `found          pass ${pass}, fail ${fail}, error ${error}`,
    ...describeReuse(record),
    ...describeShards(status),
  ];
  const indent = ' '.repeat(15);
  const lines = facts.flatMap((fact) => {
    const wrapped = wrapText(fact.slice(indent.length), width - indent.length);
    return wrapped.map((line, index) => (index === 0 ? fact.slice(0, indent.length) : indent) + line);
  });
  const missed = rows.flatMap(({ policy, message, result }) => [
    `  ${toPlainText(policy)}${result === 'skip' ? ' (left out)' : ''}`,
    ...wrapText(toPlainText(message), width - 4).map((line) => `    ${line}`),
  ]);
  const listed = missed.length === 0 ? [] : ['not audited in full:', ...missed];
  return `${[...lines, ...listed, ...wrapText(verdictOf(status), width)].join('\n')}\n`;
}

/** How many verdicts were not asked for, and from when on the next run has to ask. */
function describeReuse({ totals, reuse, oldestMark }: RunRecord): readonly string[] {
  if (totals.reuse === undefined) return [];
  const { reused, confirmed } = totals.reuse;
  const next =
    reuse === undefined || oldestMark === undefined
      ? 'the next run evaluates everything'
      : `none older than ${formatAge(reuse.ageMs)}, oldest mark ${formatMinute(oldestMark)}`;
  return [
    `reused         ${reused} of ${plural(totals.evaluations, 'evaluation')}, ${confirmed} asked again and confirmed; ${next}`,
  ];
}

function describeShards({ sharedBy, newer }: RunStatus): readonly string[] {
  return [
    ...(sharedBy === undefined ? [] : [`shards         ${sharedBy}, all have ended`]),
    ...(newer === undefined ? [] : [`since then     ${describeNewer(newer)}`]),
  ];
}

function describeNewer({ count, reported, missing }: NewerRun): string {
  const rest = missing.length === 0 ? 'not yet summed up' : `missing ${missing.join(', ')}`;
  return `${reported.length} of the ${count} shards of a newer run have ended; ${rest}`;
}

function verdictOf({ state, age, maxAge }: RunStatus): string {
  switch (state) {
    case 'good':
      return 'CURRENT: the reports were confirmed by a complete run.';
    case 'incomplete':
      return 'INCOMPLETE: the last run did not see everything; run "audit-scanner doctor --store" to see why.';
    case 'late':
      return age === undefined
        ? 'OUT OF DATE: no run over the whole cluster was complete yet.'
        : `OUT OF DATE: the last complete run ended ${formatAge(age)} ago, and --max-age is ${formatAge(maxAge)}.`;
  }
}

/** The status for programs. Fields are only ever added. */
export function toRunStatusJson({ record, rows, age, maxAge, state, ...run }: RunStatus): object {
  const { runUid, startedAt, finishedAt, complete, lastCompleteAt, toolVersion, totals, cells } = record;
  return {
    apiVersion: 'audit-scanner.kubewarden.io/v1',
    kind: 'RunStatus',
    state,
    complete,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    lastCompleteAt: lastCompleteAt?.toISOString() ?? null,
    ageSeconds: age === undefined ? null : Math.round(age / 1000),
    maxAgeSeconds: Math.round(maxAge / 1000),
    runUID: runUid,
    toolVersion,
    totals,
    cells,
    ...toReuseFields(record),
    ...toShardFields(run),
    notAuditedInFull: rows.map(({ policy, result, message, properties }) => ({
      policy,
      result,
      message,
      lastAnsweredAt: properties['last-answered-at'] ?? null,
    })),
  };
}

/** `reuse` is null where the next run evaluates everything. */
function toReuseFields({ totals, reuse, oldestMark }: RunRecord): object {
  if (totals.reuse === undefined) return {};
  const isKnown = reuse !== undefined && oldestMark !== undefined;
  return {
    reuse: isKnown ? { maxAgeSeconds: reuse.ageMs / 1000, oldestMark: oldestMark.toISOString() } : null,
  };
}

function toShardFields({ sharedBy, newer }: Pick<RunStatus, 'sharedBy' | 'newer'>): object {
  return {
    ...(sharedBy !== undefined && { shards: sharedBy }),
    ...(newer && {
      newerRun: { runUID: newer.job, shards: newer.count, ended: newer.reported, missing: newer.missing },
    }),
  };
}
