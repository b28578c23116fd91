import { main } from '../../src/cli/main.ts';
import { type StopSignal } from '../../src/domain/audit.ts';
import type { Io, TextStream } from '../../src/host/io.ts';
import type { CliResult } from './cli.ts';
import { checkResultJson } from './result-schema.ts';

export type InProcessOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the clock of the program. */
  readonly clockOffsetMs?: number;
  /** Gets a function that sends the program a signal. */
  readonly onStart?: (stop: (signal: StopSignal) => void) => void;
};

/** Runs the whole command line in this process, which spares what a process costs to start. */
export async function runInProcess(
  argv: readonly string[],
  { env = {}, clockOffsetMs = 0, onStart }: InProcessOptions = {},
): Promise<CliResult> {
  const stdout = memoryStream();
  const stderr = memoryStream();
  const listeners = new Set<(signal: StopSignal) => void>();
  const io: Io = {
    stdin: { isTTY: false, read: () => Promise.resolve('') },
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { HOME: '/nonexistent', ...env },
    now: () => performance.timeOrigin + performance.now() + clockOffsetMs,
    onStop: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    terminationLog: '/nonexistent/termination-log',
  };
  onStart?.((signal) => {
    for (const listener of listeners) listener(signal);
  });
  const code = await main(argv, io);
  checkResultJson(stdout.text());
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function memoryStream(): { readonly stream: TextStream; readonly text: () => string } {
  const written: string[] = [];
  const stream: TextStream = {
    isTTY: false,
    columns: undefined,
    closed: new AbortController().signal,
    write: (text) => {
      written.push(text);
      return Promise.resolve();
    },
  };
  return { stream, text: () => written.join('') };
}
