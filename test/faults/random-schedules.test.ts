import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
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
const shrinkingMs = 45_000;

/** A scan of the whole cluster would see other lanes, so that it has the cluster to itself; the others wait side by side. */
const lanes = [
  { name: 'everywhere', runs: 20, everywhere: true },
  { name: 'named-1', runs: 16, everywhere: false },
  { name: 'named-2', runs: 16, everywhere: false },
  { name: 'named-3', runs: 16, everywhere: false },
] as const;

describeOnCluster(`Random schedules of faults (seed ${seed})`, () => {
  const cluster = sharedCluster();
  const courses: Course[] = [];
  afterAll(() => {
    if (replay === undefined) checkVariety(courses);
  });
  for (const [index, { name, runs, everywhere }] of lanes.entries()) {
    test.skipIf(replay !== undefined && replay[0] !== name)(
      `no schedule makes an audit lie, lose a report or write for nothing: ${name}`,
      { timeout: 300_000, concurrent: !everywhere },
      async () => {
        const lane = await Lane.create(cluster, { everywhere });
        try {
          await runLane(lane, { name, runs, seed: seed + index, courses });
        } finally {
          await lane.close();
        }
      },
    );
  }
});

type LaneOptions = {
  readonly name: string;
  readonly runs: number;
  readonly seed: number;
  readonly courses: Course[];
};

async function runLane(lane: Lane, options: LaneOptions): Promise<void> {
  let deadline = Infinity;
  // The schedule comes first, and so is the first to shrink. What is small from the start does nothing, so that nothing is biased to it.
  const property = fc.asyncProperty(
    fc.noBias(randomSchedule),
    fc.noBias(randomCluster),
    async (schedule: Schedule, cluster: RandomCluster) => {
      if (performance.now() > deadline) return;
      try {
        options.courses.push(await checkSchedule(lane, cluster, schedule));
      } catch (error) {
        deadline = Math.min(deadline, performance.now() + shrinkingMs);
        throw error;
      }
    },
  );
  const details = await fc.check(property, {
    seed: replay === undefined ? options.seed : Number(replay[1]),
    numRuns: Number(process.env['FAULTS_RUNS'] ?? options.runs),
    ...(replay?.[2] !== undefined && { path: replay[2], endOnFailure: true }),
  });
  if (details.counterexample !== null) throw new Error(tell(details, options.name));
}

/** What went wrong, in which case, and how to run it again. */
function tell(details: fc.RunDetails<[Schedule, RandomCluster]>, lane: string): string {
  const { counterexample, counterexamplePath, errorInstance, numShrinks } = details;
  const [schedule, cluster] = counterexample ?? [];
  const wrong = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return [
    `${wrong}\n`,
    ...listed('Schedule', schedule),
    ...listed('Cluster', cluster),
    `Smaller ${numShrinks} times. Run it again:`,
    `FAULTS_REPLAY="${lane} ${details.seed} ${counterexamplePath ?? ''}" ${command}`,
  ].join('\n');
}

/** Each member on a line of its own, and so each element of a list. */
function listed(title: string, value: object | undefined): readonly string[] {
  const members = Object.entries(value ?? {}).flatMap(([name, member]: [string, unknown]) =>
    Array.isArray(member)
      ? [`  ${name}:`, ...member.map((element) => `    ${JSON.stringify(element)}`)]
      : [`  ${name}: ${member === undefined ? 'none' : JSON.stringify(member)}`],
  );
  return [title, ...members];
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
