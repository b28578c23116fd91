import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../../src/cli/gate.ts';
import type { GateConfig } from '../../src/config/config.ts';
import { ReportMemory, type StoredObject } from '../support/report-memory.ts';
import { type ModelRun, runModel } from './run.ts';
import { calm, modelCluster, type Schedule, schedule } from './schedule.ts';
import { expectedReports, type ModelCluster, secretMark, toObject, typeOf } from './world.ts';

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
  const faulty = await runModel({ cluster, schedule: faults, reports, salt: 2, present: 'current' });
  checkTruth(faulty, faults);
  checkNothingLost({ before, reports, cluster, faults, run: faulty });
  if (faulty.outcome?.complete === true) {
    const stored = withoutExcused(storedLines(reports), cluster, faults);
    expect(stored).toEqual(withoutExcused(expectedReports(cluster, 2, 'current'), cluster, faults));
  }

  const healed = await runModel({ cluster, schedule: calm, reports, salt: 2, present: 'current' });
  expectExact(healed, reports, expectedReports(cluster, 2, 'current'));

  const idle = await runModel({ cluster, schedule: calm, reports, salt: 2, present: 'current' });
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

/** Report name to `policy result` lines. */
function storedLines(reports: ReportMemory): Map<string, string[]> {
  const entries = reports
    .objects()
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
