import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export type ChildOptions = {
  /** That of this process unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads: a text, the terminal of this process, or nothing. */
  readonly stdin: { readonly text: string } | 'inherit' | 'nothing';
  /** Where its stderr goes besides into the result: to that of this process as it is, or to a function as it comes. */
  readonly stderr: 'inherit' | ((text: string) => void) | 'keep';
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How long it may take. */
  readonly timeoutMs: number;
};

export type ChildResult = {
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  /** The last 64 KiB; empty where it is inherited. */
  readonly stderr: string;
};

/** Why a program was ended before it was done. One line without a subject: `gave no answer within 60 s`. */
export class ChildEndedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ChildEndedError';
  }
}

const maxOutputBytes = 256 * 2 ** 20;
const keptStderr = 64 * 2 ** 10;
/** Between being asked and being made to end, and for what it left open when it has ended by itself. */
const graceMs = 1000;

/**
 * Runs another program to its end. It gets a process group of its own, and when its time is over, the signal aborts or this process
 * ends, the whole group is ended with it, so that nothing of it is left that waits. Rejects with the reason of the signal, with a
 * ChildEndedError, or with the error of the system call where the program cannot be started (`ENOENT`: there is none).
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  // Most runs start no program, and then it need not be loaded.
  const { spawn } = await import('node:child_process');
  options.signal.throwIfAborted();
  const { stdin, stderr } = options;
  const child = spawn(command, args, {
    ...(options.env === undefined ? {} : { env: options.env }),
    detached: hasGroups,
    stdio: [
      stdin === 'inherit' ? 'inherit' : stdin === 'nothing' ? 'ignore' : 'pipe',
      'pipe',
      stderr === 'inherit' ? 'inherit' : 'pipe',
    ],
  });
  const group = new ProcessGroup(child);
  const limit = new Limit(options);
  const output = collectOutput(child, stderr, limit);
  try {
    if (typeof stdin === 'object') writeInput(child, stdin.text);
    const exitCode = await Promise.race([exitOf(child), limit.reached]);
    return { exitCode, ...output() };
  } catch (thrown) {
    await group.end();
    throw thrown;
  } finally {
    limit.dispose();
    // What it started may go on and hold them open.
    child.stdout?.destroy();
    child.stderr?.destroy();
    group.forget();
  }
}

/** What ends a program before it is done. */
class Limit {
  /** Rejects with the reason. */
  readonly reached: Promise<never>;
  readonly end: (reason: unknown) => void;
  readonly dispose: () => void;

  constructor({ signal, timeoutMs }: Pick<ChildOptions, 'signal' | 'timeoutMs'>) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.reached = promise;
    this.end = reject;
    const onAbort = (): void => {
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      reject(new ChildEndedError(`gave no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    this.dispose = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  }
}

/** Windows has no process groups that could be ended. */
const hasGroups = process.platform !== 'win32';

const running = new Set<ProcessGroup>();
let endsWithUs = false;

class ProcessGroup {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    running.add(this);
    if (endsWithUs) return;
    endsWithUs = true;
    process.on('exit', () => {
      for (const group of running) group.#kill('SIGKILL');
    });
  }

  /** Asks for an end; when the program has ended or a second has passed, no longer asks. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (this.#kill('SIGTERM') && exitCode === null && signalCode === null) {
      const waiting = new AbortController();
      const { signal } = waiting;
      const exited = once(this.#child, 'exit', { signal }).catch(() => undefined);
      await Promise.race([exited, delay(graceMs, undefined, { signal }).catch(() => undefined)]);
      waiting.abort();
    }
    this.#kill('SIGKILL');
  }

  forget(): void {
    running.delete(this);
  }

  /** Whether there was anything left to get the signal. */
  #kill(signal: NodeJS.Signals): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      return hasGroups ? process.kill(-pid, signal) : this.#child.kill(signal);
    } catch {
      return false;
    }
  }
}

/** Rejects where it could not be started. */
async function exitOf(child: ChildProcess): Promise<number | undefined> {
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const exitCode = await new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? undefined);
    });
  });
  const waiting = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
  return exitCode;
}

function writeInput({ stdin }: ChildProcess, text: string): void {
  // It need not read what it is given.
  stdin?.on('error', () => undefined);
  stdin?.end(text);
}

function collectOutput(
  { stdout, stderr }: ChildProcess,
  mode: ChildOptions['stderr'],
  limit: Limit,
): () => Pick<ChildResult, 'stdout' | 'stderr'> {
  const chunks: Buffer[] = [];
  let length = 0;
  let tail = '';
  stdout?.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxOutputBytes)
      limit.end(new ChildEndedError(`gave more than ${maxOutputBytes / 2 ** 20} MiB`));
    else chunks.push(chunk);
  });
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-keptStderr);
    if (typeof mode === 'function') mode(text);
  });
  return () => ({ stdout: Buffer.concat(chunks), stderr: tail });
}
