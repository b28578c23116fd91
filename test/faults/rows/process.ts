import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CliResult } from '../../support/cli.ts';
import { runCli, runShell } from '../../support/cli.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;
const cutShort = { complete: false, pods: 'mixed', configMaps: 'mixed', document: false } as const;
const tenMinutesMs = 10 * 60 * 1000;
/** Moments of a scan that takes 1.5 s or more, in milliseconds after its first line; from a fixed sequence, so that all runs have the same. */
const moments = [120, 610, 1_040];
const slowMs = 1_500;

/** Every answer takes long, so that a signal meets a scan that is busy. */
function answerSlowly(world: FaultWorld): void {
  const usual = world.answer;
  world.policyServer.answer = async (policy, request, body) => {
    await delay(slowMs);
    return usual(policy, request, body);
  };
}

async function endWith(world: FaultWorld, signal: NodeJS.Signals, afterMs: number): Promise<CliResult> {
  let signalledAt = 0;
  const result = await runCli(world.scanArguments, {
    meanwhile: async (cli) => {
      await cli.said('Scanning');
      await delay(afterMs);
      signalledAt = performance.now();
      cli.kill(signal);
    },
  });
  const seconds = (performance.now() - signalledAt) / 1000;
  if (seconds > 5) throw new Error(`it went on for ${seconds.toFixed(1)} s after ${signal}`);
  return result;
}

function signalled(
  id: string,
  signal: NodeJS.Signals,
  told: Pick<Fault, 'sees' | 'orSees' | 'exitCode'>,
): readonly Fault[] {
  return moments.map((afterMs) => ({
    id: `${id}-${afterMs}`,
    title: `${signal} ${afterMs} ms after the first line`,
    ...cutShort,
    ...told,
    arrange: answerSlowly,
    run: (world) => endWith(world, signal, afterMs),
  }));
}

export const processFaults: FaultGroup = {
  title: 'The process',
  faults: [
    ...signalled('sigterm', 'SIGTERM', {
      sees: 'INTERRUPTED: the results are partial',
      orSees: 'stopped by SIGTERM',
      exitCode: 143,
    }),
    ...signalled('sigkill', 'SIGKILL', { sees: 'Scanning', exitCode: -1 }),
    {
      id: 'small-heap',
      title: '128 MiB of heap and 1,000 Pods of 30 KB (W47)',
      sees: '1004 resources',
      exitCode: 0,
      complete: true,
      pods: 'kept',
      configMaps: 'kept',
      stores: false,
      seconds: 120,
      arrange: (world) => {
        world.break(({ method, path }) => method === 'GET' && path === world.path('pods'), {
          rewrite: (body) => multiplyItems(body, 1_000),
        });
        world.policyServer.answer = () => ({ allowed: true });
      },
      run: (world) => {
        const args = [
          'scan',
          '-n',
          world.namespace,
          '--page-size',
          '0',
          '--fail-on',
          'never',
          '-o',
          'json',
          ...world.flags,
        ];
        return runCli([...args, '--include-kinds', 'pods'], {
          env: { NODE_OPTIONS: '--max-old-space-size=128' },
        });
      },
    },
    {
      id: 'stdout-closed',
      title: 'stdout is closed early, as by `| head -1`',
      sees: 'Exit code 0.',
      ...recovered,
      document: false,
      arrange: () => undefined,
      run: (world) => runShell('"$@" | head -c 1; exit "${PIPESTATUS[0]}"', world.scanArguments),
    },
    {
      id: 'disk-full',
      title: 'no space left for an output file',
      sees: 'no space is left on the device',
      ...recovered,
      exitCode: 3,
      flags: ['-o', 'sarif=/dev/full'],
      dropIn: false,
      arrange: () => undefined,
    },
    ...[tenMinutesMs, -tenMinutesMs].map(
      (clockOffsetMs): Fault => ({
        id: clockOffsetMs > 0 ? 'clock-ahead' : 'clock-behind',
        title: `the clock is ten minutes ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`,
        sees: 'all 2 checks in full',
        ...recovered,
        arrange: () => undefined,
        run: (world) => world.scan([], { clockOffsetMs }),
      }),
    ),
    {
      id: 'no-descriptor',
      title: 'no file descriptor left for a connection',
      sees: 'this process has reached its limit of open files (EMFILE)',
      exitCode: 4,
      complete: false,
      pods: 'kept',
      configMaps: 'kept',
      document: false,
      arrange: () => undefined,
      run: (world) => withDescriptors(world, 0),
    },
    {
      id: 'one-descriptor',
      title: 'only one file descriptor left besides the first connection, with one evaluation at a time',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: () => undefined,
      run: (world) => withDescriptors(world, 2),
    },
  ],
};

/** The scan, in a process that may open this many files more once it begins to connect. */
function withDescriptors(world: FaultWorld, left: number): Promise<CliResult> {
  return runShell('ulimit -n 256; exec "$@"', [...world.scanArguments, '--concurrency', '1'], {
    env: {
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '../hold-descriptors.mjs')}`,
      DESCRIPTORS_LEFT: String(left),
    },
  });
}

type List = {
  items: { metadata: { name: string; uid: string }; [field: string]: unknown }[];
  metadata: object;
};

/** The same list with copies of its first item up to this many more, each 30 KB larger. */
function multiplyItems(body: Buffer, count: number): string {
  const list = JSON.parse(body.toString()) as List;
  const [first] = list.items;
  if (first === undefined) return body.toString();
  const padding = 'x'.repeat(30_000);
  const copies = Array.from({ length: count }, (_, index) => ({
    ...first,
    metadata: {
      ...first.metadata,
      name: `copy-${String(index).padStart(5, '0')}`,
      uid: `copy-${index}`,
      annotations: { padding },
    },
  }));
  return JSON.stringify({ ...list, items: [...copies, ...list.items] });
}
