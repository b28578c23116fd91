import { setTimeout as delay } from 'node:timers/promises';
import { runCli } from '../../support/cli.ts';
import type { Fault, FaultGroup } from '../fault.ts';

const job = '3f0e2a54-6f0e-4a3c-9d0e-1b6a7c1f9a10';
const otherJob = '7b1d9c36-0d52-4f0c-8a44-2e5f6a7b8c9d';
const done = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;
/** Of a scan whose answers take longer, in milliseconds after its first line. */
const moments = [50, 400, 900];
const slowMs = 700;

function inShards(fault: Pick<Fault, 'id' | 'title' | 'sees' | 'run'> & Partial<Fault>): Fault {
  return {
    ...done,
    seconds: 120,
    arrange: (world) => world.scanCluster(),
    repair: (world) => world.forgetRuns(),
    ...fault,
  };
}

/** A shard of the run that Job `uid` stands for. */
function shard(text: string, uid = job): readonly string[] {
  return ['--shard', text, '--job-uid', uid, '-v'];
}

/** They share the record of the last run in the cluster, so these come one after another. */
export const shardFaults: FaultGroup = {
  title: 'Runs in shards',
  faults: [
    ...moments.map((afterMs, index) =>
      inShards({
        id: `shard-sigkill-${afterMs}`,
        title: `SIGKILL of a shard ${afterMs} ms after its first line, and the other one ends well`,
        sees: 'Scanning',
        exitCode: -1,
        complete: false,
        pods: 'mixed',
        configMaps: 'mixed',
        document: false,
        run: async (world) => {
          const [killed, other] = index % 2 === 0 ? ['1/2', '0/2'] : ['0/2', '1/2'];
          await world.scanAs([...world.clusterArguments, ...shard(other)]);
          world.breakAnswers(async (policy, request) => {
            await delay(slowMs);
            return world.answer(policy, request, '');
          });
          return runCli([...world.clusterArguments, ...shard(killed)], {
            meanwhile: async (cli) => {
              await cli.said('Scanning');
              await delay(afterMs);
              cli.kill('SIGKILL');
            },
          });
        },
      }),
    ),
    inShards({
      id: 'shard-counts',
      title: 'a shard with another count in the same run',
      sees: 'AS-5170',
      run: async (world) => {
        for (const text of ['0/2', '1/2']) await world.scanAs([...world.clusterArguments, ...shard(text)]);
        return world.scanAs([...world.clusterArguments, ...shard('1/3')]);
      },
    }),
    inShards({
      id: 'shard-other-job',
      title: 'the other shard belongs to another Job: nothing is recorded, and nothing lost',
      sees: 'shard 1/2 of',
      run: async (world) => {
        await world.scanAs([...world.clusterArguments, ...shard('0/2', otherJob)]);
        return world.scanAs([...world.clusterArguments, ...shard('1/2')]);
      },
    }),
    inShards({
      id: 'shard-nobody',
      title: 'a shard that never runs',
      sees: 'AS-2065',
      exitCode: 2,
      complete: false,
      document: false,
      run: (world) => world.scanAs([...world.clusterArguments, ...shard('2/2')]),
    }),
  ],
};
