import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GateConfig, judge } from '../../src/verdict/gate.ts';
import { ReportMemory, type StoredObject } from '../support/report-memory.ts';
import { keepHours, type ModelRun, recordName, runModel } from './run.ts';
import { calm, modelCluster, type Schedule, schedule } from './schedule.ts';
import { expectedReports, type ModelCluster, secretMark, toObject, toPolicy, typeOf } from './world.ts';

/*
 * Random clusters under random faults. `MODEL_SEED` and `MODEL_PATH`, which a failure prints as seed and path, run one case again:
 *   MODEL_SEED=1 MODEL_PATH=0:1 npx vitest run --project model
 */
const committedSeed = 20_261_125;
const seed = Number(process.env['MODEL_SEED'] ?? committedSeed);
const path = process.env['MODEL_PATH'];
const numRuns = Number(process.env['MODEL_RUNS'] ?? 3_000);

const gate: GateConfig = {
  failOn: 'any',
  maxViolations: Infinity,
  includeMonitor: false,
  onIncomplete: 'fail',
  exitZero: false,
};

test('no schedule of faults makes an audit lie, lose a report or write for nothing', {
  timeout: 600_000,
}, async () => {
  await fc.assert(fc.asyncProperty(modelCluster, schedule, check), {
    seed,
    numRuns,
    ...(path !== undefined && { path }),
  });
});

/** Reports of an earlier audit; an audit with faults; one without that heals; one that has nothing to do. */
async function check(cluster: ModelCluster, faults: Schedule): Promise<void> {
  const reports = new ReportMemory();
  const earlier = await runModel({ cluster, schedule: calm, reports, salt: 1, present: 'old' });
  expectExact(earlier, reports, expectedReports(cluster, 1, 'old'));

  const before = storedLines(reports);
  const [rowsBefore, since] = [storedRows(reports), { hours: faults.hours }];
  spoilRecord(reports, faults);
  const faulty = await runModel({ cluster, schedule: faults, reports, salt: 2, present: 'current' });
  checkTruth(faulty, faults);
  checkNothingLost({ before, reports, cluster, faults, run: faulty });
  checkKept({ before, reports, cluster, faults, run: faulty }, rowsBefore);
  if (faulty.outcome?.complete === true) {
    const stored = withoutExcused(storedLines(reports), cluster, faults);
    expect(stored).toEqual(withoutExcused(expectedReports(cluster, 2, 'current'), cluster, faults));
  }

  if (faults.record === 'foreign') reports.remove(recordName);
  const healed = await runModel({
    cluster,
    schedule: { ...calm, ...since },
    reports,
    salt: 2,
    present: 'current',
  });
  expectExact(healed, reports, expectedReports(cluster, 2, 'current'));
  checkTimes(rowsBefore, storedRows(reports), faulty);

  const idle = await runModel({
    cluster,
    schedule: { ...calm, ...since },
    reports,
    salt: 2,
    present: 'current',
  });
  expect(idle.writes, 'an audit of an unchanged cluster wrote').toBe(0);
}

function expectExact(run: ModelRun, reports: ReportMemory, expected: Map<string, string[]>): void {
  expect(run.refused).toBeUndefined();
  expect(run.outcome?.complete).toBe(true);
  expect(storedLines(reports)).toEqual(expected);
}

/** What the audit says of itself: complete only if nothing was missed, and then always; nothing unrecovered ends in a 0. */
function checkTruth({ outcome, refused, missed, messages }: ModelRun, faults: Schedule): void {
  for (const message of messages) expect(message).not.toContain(secretMark);
  if (outcome === undefined) {
    expect(refused).toBeDefined();
    expect(faults.reports).toBe(true);
    return;
  }
  // Where a group does not answer, the audit need not find out whether anything of it would have been asked about.
  if (missed.what.length > 0 && !faults.discovery)
    expect([missed.what, outcome.complete]).toEqual([missed.what, false]);
  if (missed.what.length === 0) expect(outcome.complete).toBe(true);
  const { gaps, cells } = outcome.coverage;
  expect(outcome.complete, 'complete with a gap').toBe(gaps.length === 0 && !outcome.interrupted);
  expect(Math.min(...Object.values(cells)), 'less than no cells').toBeGreaterThanOrEqual(0);
  const { evaluations, results } = outcome.totals;
  // What is given up in flight has answers that no result came of.
  if (!outcome.interrupted)
    expect(cells.scanned + cells.partial, 'looked at without an answer').toBeLessThanOrEqual(
      evaluations - results.error,
    );
  expect(cells.partial + cells.failed > 0 || gaps.every(({ policies }) => policies.length === 0)).toBe(true);
  if (!outcome.complete) {
    expect(judge(outcome, gate, undefined).exitCode).not.toBe(0);
    expect(judge(outcome, { ...gate, onIncomplete: 'warn' }, undefined).result).toBe('incomplete');
    const reasons = outcome.incidents.length + outcome.evaluationFailures.length;
    expect(reasons > 0 || outcome.interrupted, 'incomplete without a reason').toBe(true);
  }
}

type Loss = {
  readonly before: Map<string, string[]>;
  readonly reports: ReportMemory;
  readonly cluster: ModelCluster;
  readonly faults: Schedule;
  readonly run: ModelRun;
};

/** A report may go only if its object is gone or nobody asks about it any more, and only where all was seen. */
function checkNothingLost({ before, reports, cluster, run }: Loss): void {
  const after = storedLines(reports);
  const wanted = expectedReports(cluster, 2, 'current');
  for (const uid of before.keys()) {
    if (after.has(uid)) continue;
    expect(wanted.has(uid), `the report of ${uid} is gone, but not its object`).toBe(false);
    const object = cluster.objects.map(toObject).find(({ reference }) => reference.uid === uid);
    const { resource, reference } = object ?? {};
    const type = resource === undefined ? '' : [resource.resource, resource.group].filter(Boolean).join('.');
    expect(run.missed.sawAll(type, reference?.namespace), `the report of ${uid} went unseen`).toBe(true);
  }
}

/** What may have happened to the record in the meantime; the next run creates it again. */
function spoilRecord(reports: ReportMemory, { record }: Schedule): void {
  if (record === 'missing') reports.remove(recordName);
  if (record === 'foreign')
    reports.touch(recordName, ({ metadata }) => {
      metadata['annotations'] = {};
    });
}

type Row = { readonly result: string; readonly seconds: number };

/** `uid policy` to what is stored. */
function storedRows(reports: ReportMemory): ReadonlyMap<string, Row> {
  const rows = reports.objects().flatMap(({ metadata: { name }, ...report }) => {
    type Stored = { policy: string; result: string; timestamp: { seconds: number } };
    const results = name === recordName ? [] : ((report['results'] ?? []) as Stored[]);
    return results.map(({ policy, result, timestamp: { seconds } }): [string, Row] => [
      `${name} ${policy}`,
      { result, seconds },
    ]);
  });
  return new Map(rows);
}

/** No report becomes green by an outage, and none stays green for longer than it may. */
function checkKept({ reports, cluster, faults, run }: Loss, before: ReadonlyMap<string, Row>): void {
  const truth = expectedReports(cluster, 2, 'current');
  const mayKeep = faults.hours < keepHours && faults.record === 'good';
  const changed = new Set(
    cluster.policies.flatMap((policy, index) => (policy.changed ? [toPolicy(policy, index).uniqueName] : [])),
  );
  for (const [pair, { result }] of storedRows(reports)) {
    const [uid = '', policy = ''] = pair.split(' ');
    const isFresh =
      run.outcome !== undefined && !run.outcome.interrupted && wasWritten(uid, { cluster, run });
    if (!isFresh || truth.get(uid)?.includes(`${policy} ${result}`) === true) continue;
    if (run.trapped.has(pair)) expect([pair, result]).toEqual([pair, 'error']);
    if (!run.unanswered.has(pair)) continue;
    const last = before.get(pair)?.result;
    const isKept = mayKeep && last !== undefined && !changed.has(policy);
    expect([pair, result]).toEqual([pair, isKept ? last : 'error']);
  }
}

/** Whether all was seen and stored where this object is. */
function wasWritten(uid: string, { cluster, run }: Pick<Loss, 'cluster' | 'run'>): boolean {
  const object = cluster.objects.map(toObject).find(({ reference }) => reference.uid === uid);
  if (object === undefined) return false;
  const type = [object.resource.resource, object.resource.group].filter(Boolean).join('.');
  const what = run.missed.what.filter(
    (each) => !['an evaluation', 'a policy that cannot be evaluated'].includes(each),
  );
  return what.length === 0 || run.missed.sawAll(type, object.reference.namespace);
}

/** A verdict that is the same after the outage has the time that it had before it, unless its policy said something else in between. */
function checkTimes(
  before: ReadonlyMap<string, Row>,
  after: ReadonlyMap<string, Row>,
  faulty: ModelRun,
): void {
  for (const [pair, { result, seconds }] of after) {
    const last = before.get(pair);
    if (last?.result !== result || faulty.trapped.has(pair)) continue;
    expect([pair, seconds]).toEqual([pair, last.seconds]);
  }
}

/** Report name to `policy result` lines. */
function storedLines(reports: ReportMemory): Map<string, string[]> {
  const entries = reports
    .objects()
    .filter(({ metadata }) => metadata.name !== recordName)
    .map((report): [string, string[]] => [report.metadata.name, linesOf(report)]);
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function linesOf(report: StoredObject): string[] {
  const results = (report['results'] ?? []) as { policy: string; result: string }[];
  return results.map(({ policy, result }) => `${policy} ${result}`).sort();
}

/** Nothing can be said of namespaces that are on their way out, nor of reports that somebody changed while they were deleted. */
function withoutExcused(
  lines: Map<string, string[]>,
  cluster: ModelCluster,
  faults: Schedule,
): Map<string, string[]> {
  const excused = cluster.objects.filter(
    (object, index) =>
      (typeOf(object.type).namespaced && object.namespace === faults.terminating) ||
      faults.deletions.some((fault) => fault.object === index && fault.status === 409),
  );
  const uids = new Set(excused.map((object) => toObject(object).reference.uid));
  return new Map([...lines].filter(([uid]) => !uids.has(uid)));
}
