import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export type Command = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** Of one whole process, as the operating system counts it. */
export type Measured = {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  readonly exitCode: number;
  readonly stderr: string;
};

/** What a table of runs says of one. */
export type Cost = Pick<Measured, 'wallSeconds' | 'cpuSeconds' | 'peakRssMiB'> & { readonly label: string };

/** Runs a command to its end. bash's `time` gives the CPU of the finished process; its peak memory is read while it runs. */
export async function measure({ argv, env }: Command): Promise<Measured> {
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%R %U %S"; time "$@"', 'bash', ...argv], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-20_000);
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      resolve(code ?? -1);
    });
  });
  const peak = { mib: 0, running: true };
  const watch = watchPeak(child.pid ?? 0, peak);
  const exitCode = await ended;
  peak.running = false;
  await watch;
  const [, real = 'NaN', user = 'NaN', system = 'NaN'] = /([\d.]+) ([\d.]+) ([\d.]+)\n$/.exec(stderr) ?? [];
  return {
    wallSeconds: Number(real),
    cpuSeconds: Number(user) + Number(system),
    peakRssMiB: peak.mib,
    exitCode,
    stderr: stderr.replace(/[^\n]*\n$/, ''),
  };
}

/** The kernel keeps the high-water mark (VmHWM), so reading it now and then misses only what happens in the last moment. */
async function watchPeak(shell: number, peak: { mib: number; running: boolean }): Promise<void> {
  while (peak.running) {
    for (const pid of childrenOf(shell)) {
      const kib = /VmHWM:\s+(\d+) kB/.exec(readText(`/proc/${pid}/status`))?.[1];
      if (kib !== undefined) peak.mib = Math.max(peak.mib, Number(kib) / 1024);
    }
    await delay(50);
  }
}

/** What a process has used so far, all of its threads. Linux counts in hundredths of a second; the name of the program comes before, in parentheses. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function childrenOf(pid: number): string[] {
  const children = readText(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((text) => text !== '');
  return children.flatMap((child) => [child, ...childrenOf(Number(child))]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process is gone
  }
}
