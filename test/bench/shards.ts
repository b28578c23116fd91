import { dropInArguments, type ScanFigures, startBench } from './audit.ts';
import type { Workload } from './workload.ts';

type ShardBench = {
  readonly workload: Workload;
  /** How the scanner is called. */
  readonly scanner: readonly string[];
  readonly log: (line: string) => void;
};

/**
 * The same unchanged cluster audited by 1, 2 and 4 shards, one after another, so that none takes the CPU of the others. What all shards of a
 * count cost together stands after them; against one process, what is more are the LISTs that each shard makes, and its start.
 */
export async function measureShards({ workload, scanner, log }: ShardBench): Promise<ScanFigures[]> {
  const bench = await startBench(workload, log);
  try {
    const command = [...scanner, ...dropInArguments(bench)];
    await bench.scan('all reports new', command);
    const figures: ScanFigures[] = [];
    for (const count of [1, 2, 4]) {
      const shards: ScanFigures[] = [];
      for (let index = 0; index < count; index += 1) {
        const shard = `${index}/${count}`;
        shards.push(await bench.scan(`shard ${shard}`, [...command, '--shard', shard]));
      }
      figures.push(...shards, together(shards));
    }
    figures.push(await bench.scan('shard 0/64: the LISTs, and little else', [...command, '--shard', '0/64']));
    return figures;
  } finally {
    await bench.stop();
  }
}

/** The longest one is how long it takes where each has a machine. */
function together(shards: readonly ScanFigures[]): ScanFigures {
  const [first] = shards;
  if (first === undefined) throw new TypeError('there are no shards');
  const sum = (pick: (one: ScanFigures) => number): number =>
    shards.reduce((total, one) => total + pick(one), 0);
  return {
    ...first,
    label: `together, ${shards.length}`,
    wallSeconds: Math.max(...shards.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    peakRssMiB: Math.max(...shards.map(({ peakRssMiB }) => peakRssMiB)),
    evaluations: sum(({ evaluations }) => evaluations),
    connections: sum(({ connections }) => connections),
    serverCpuSeconds: sum(({ serverCpuSeconds }) => serverCpuSeconds),
    apiRequests: sum(({ apiRequests }) => apiRequests),
  };
}
