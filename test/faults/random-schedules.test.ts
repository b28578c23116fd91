import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { type Course, checkSchedule } from './random/check.ts';
import { type RandomCluster, randomCluster } from './random/cluster.ts';
import { Lane } from './random/lane.ts';
import { randomSchedule, type Schedule } from './random/schedule.ts';

/*
 * Random small clusters in a real API server, audited by the whole program under random faults of the API server and the policy
 * server. One case runs again, alone, with what a failure prints: the name of the lane, the seed and the path.
 *   FAULTS_REPLAY="everywhere 20261125 0:1" npx vitest run --project cluster test/faults/random-schedules.test.ts
 * FAULTS_SEED takes another seed for all lanes, FAULTS_RUNS another number of cases for each.
 */
const seed = Number(process.env['FAULTS_SEED'] ?? 20_261_125);
const replay = process.env['FAULTS_REPLAY']?.split(' ');
const command = 'npx vitest run --project cluster test/faults/random-schedules.test.ts';
/** Each step of shrinking costs as much as a case. */
const maxShrinks = 30;

/** A scan of the whole cluster would see other lanes, so that it has the cluster to itself; the others wait side by side. */
const lanes = [
  { name: 'everywhere', runs: 20, everywhere: true },
  { name: 'named-1', runs: 16, everywhere: false },
  { name: 'named-2', runs: 16, everywhere: false },
  { name: 'named-3', runs: 16, everywhere: false },
] as const;

describeOnCluster(`Random schedules of faults (seed ${seed})`, () => {
  const cluster = sharedCluster();
  for (const [index, { name, runs, everywhere }] of lanes.entries()) {
    test.skipIf(replay !== undefined && replay[0] !== name)(
      `no schedule makes an audit lie, lose a report or write for nothing: ${name}`,
      { timeout: 300_000, concurrent: !everywhere },
      async () => {
        const lane = await Lane.create(cluster, { everywhere });
        try {
          await runLane(lane, { name, runs, seed: seed + index });
        } finally {
          await lane.close();
        }
      },
    );
  }
});

type LaneOptions = { readonly name: string; readonly runs: number; readonly seed: number };

async function runLane(lane: Lane, options: LaneOptions): Promise<void> {
  const courses: Course[] = [];
  let budget = Infinity;
  const property = fc.asyncProperty(
    // Small cases come by shrinking: in most of those that are small from the start, nothing happens.
    fc.noBias(randomCluster),
    fc.noBias(randomSchedule),
    async (cluster: RandomCluster, schedule: Schedule) => {
      if (budget === 0) return;
      budget -= 1;
      try {
        courses.push(await checkSchedule(lane, cluster, schedule));
      } catch (error) {
        budget = Math.min(budget, maxShrinks);
        throw error;
      }
    },
  );
  const details = await fc.check(property, {
    seed: replay === undefined ? options.seed : Number(replay[1]),
    numRuns: Number(process.env['FAULTS_RUNS'] ?? options.runs),
    ...(replay?.[2] !== undefined && { path: replay[2], endOnFailure: true }),
  });
  if (details.failed) {
    const again = `FAULTS_REPLAY="${options.name} ${details.seed} ${details.counterexamplePath ?? ''}" ${command}`;
    throw new Error(`Run it again:\n${again}\n${fc.defaultReportMessage(details) ?? ''}`);
  }
  if (process.env['SHOW']) console.log(options.name, courses.map(c=>`${c.fired}${c.complete?'c':'i'}${c.stopped?'s':''}`).join(' '));
  if (replay === undefined) checkVariety(courses);
}

/** A property that nothing happens to holds always. */
function checkVariety(courses: readonly Course[]): void {
  const faulty = courses.filter(({ fired, stopped }) => fired > 0 || stopped);
  expect(faulty.length / courses.length, 'share of the schedules that did something').toBeGreaterThan(0.5);
  expect(
    faulty.some(({ complete }) => complete),
    'faults that were made up for',
  ).toBe(true);
  expect(
    faulty.some(({ complete }) => !complete),
    'faults that were not',
  ).toBe(true);
}
