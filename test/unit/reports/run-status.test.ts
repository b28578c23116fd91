import { expect, it } from 'vitest';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { judgeRun, renderRunStatus, toRunStatusJson } from '../../../src/reports/run-status.ts';
import type { ShardEntry } from '../../../src/reports/shard-entry.ts';

const hourMs = 3_600_000;
const at = (hour: number): Date => new Date(Date.UTC(2026, 10, 28, hour));
const reuse = { reused: 96, confirmed: 1, sampleSeed: 7 };
const totals = {
  resources: 40,
  evaluations: 100,
  results: { pass: 90, fail: 10, warn: 0, error: 0, skip: 0 },
};
const terms = { ageMs: 24 * hourMs, ignored: '', since: at(1), isDue: () => false };
const job = '3f0e2a54';

function aRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    runUid: job,
    startedAt: at(14),
    finishedAt: at(15),
    complete: true,
    lastCompleteAt: at(15),
    toolVersion: '1.2.3',
    cells: { scanned: 4, partial: 0, failed: 0, empty: 0, skipped: 0 },
    totals,
    answeredAt: () => at(14),
    oldestMark: at(12),
    ...overrides,
  };
}

function anEntry(index: number, count: number, overrides: Partial<ShardEntry> = {}): ShardEntry {
  const { startedAt, finishedAt, complete, cells } = aRecord();
  const told = { policies: '', unanswered: new Set<string>(), terms: '', due: new Set<string>(), gaps: [] };
  const shard = { index, count };
  return { startedAt, finishedAt, complete, cells, totals, ...told, clean: true, job, shard, ...overrides };
}

const mine = [anEntry(0, 2), anEntry(1, 2)];
const newer = { job: 'newer', finishedAt: at(16) };

it.each<[string, Partial<RunRecord>, readonly ShardEntry[], string[], object]>([
  ['one process that asks for everything', {}, [], [], {}],
  [
    'a run that reused results',
    { totals: { ...totals, reuse }, reuse: terms },
    [],
    [
      'reused         96 of 100 evaluations, 1 asked again and confirmed; none older than 1d, oldest mark 2026-11-28 12:00 UTC',
    ],
    { reuse: { maxAgeSeconds: 86_400, oldestMark: '2026-11-28T12:00:00.000Z' } },
  ],
  [
    'a run that left no marks',
    { totals: { ...totals, reuse } },
    [],
    ['reused         96 of 100 evaluations, 1 asked again and confirmed; the next run evaluates everything'],
    { reuse: null },
  ],
  ['a run in shards', {}, mine, ['shards         2, all have ended'], { shards: 2 }],
  [
    'a run in shards, and a newer one of which some are missing',
    {},
    [...mine.slice(1), anEntry(0, 3, newer), anEntry(2, 3, newer), anEntry(1, 4, newer)],
    [
      'shards         2, all have ended',
      'since then     2 of the 3 shards of a newer run have ended; missing 1',
    ],
    { shards: 2, newerRun: { runUID: 'newer', shards: 3, ended: [0, 2], missing: [1] } },
  ],
  ['entries of runs that are past', {}, [anEntry(0, 3, { job: 'older', finishedAt: at(1) })], [], {}],
])('the status says of %s', (_what, overrides, shards, lines, fields) => {
  const judged = { record: aRecord(overrides), rows: [], shards };
  const status = judgeRun(judged, { now: at(15), maxAge: 25 * hourMs });
  const said = renderRunStatus(status, { width: 200 }).split('\n');
  expect(said.filter((line) => /^(reused|shards|since then) /.test(line))).toEqual(lines);
  const { reuse: ofReuse, shards: count, newerRun } = toRunStatusJson(status) as Record<string, unknown>;
  expect({ reuse: ofReuse, shards: count, newerRun }).toEqual(fields);
});
