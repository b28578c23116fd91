import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkResultJson } from './result-schema.ts';

export type CliResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** The folder to run in, if not this one. */
  readonly cwd?: string;
  /** Called with the process once it runs; for tests that interrupt it. */
  readonly meanwhile?: (cli: RunningCli) => Promise<void>;
};

export type RunningCli = {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when stdout and stderr together hold this text. */
  said(text: string): Promise<void>;
};

const executable = join(import.meta.dirname, '../../bin/audit-scanner.js');

/** Runs the built command line in a process of its own, with nothing of this environment but PATH. */
export function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runProgram(process.execPath, [executable, ...argv], options);
}

/** Runs a line of bash in which `"$@"` is the command line with these arguments. */
export function runShell(
  script: string,
  argv: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  return runProgram('bash', ['-c', script, 'bash', process.execPath, executable, ...argv], options);
}

async function runProgram(program: string, args: readonly string[], options: CliOptions): Promise<CliResult> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...options.env };
  const child = spawn(program, args, { env, cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk;
    });
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      resolve(code ?? -1);
    });
  });
  const running: RunningCli = {
    kill: (signal) => child.kill(signal),
    said: async (text) => {
      for (let waited = 0; !`${output.stdout}${output.stderr}`.includes(text); waited += 20) {
        if (waited > 30_000 || child.exitCode !== null)
          throw new Error(`it never said "${text}": ${JSON.stringify(output)}`);
        await delay(20);
      }
    },
  };
  const [code] = await Promise.all([ended, options.meanwhile?.(running)]);
  checkResultJson(output.stdout);
  return { code, ...output };
}

/** The lines of a JSON log. */
export function parseLog(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
