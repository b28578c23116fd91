import { performance } from 'node:perf_hooks';
import { addAbortSignal } from 'node:stream';
import { isatty } from 'node:tty';
import { AuditError, errorCodes, type StopSignal } from '../domain/index.ts';
import { describeSystemError, maxTextBytes, systemErrorCode, UnsuitableFileError } from '../system/index.ts';
import { decodeText } from '../text/index.ts';
import type { Io, TextStream } from './io.ts';

const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/** The real outside of this process. */
export function createProcessIo(): Io {
  return {
    // Of a stdin that is none, Node's own isTTY is not false but undefined.
    stdin: { isTTY: isatty(0), read: readStdin },
    stdout: toTextStream('stdout'),
    stderr: toTextStream('stderr'),
    env: process.env,
    now: () => performance.timeOrigin + performance.now(),
    onStop(listener) {
      const handlers = stopSignals.map((signal) => {
        const handler = (): void => {
          listener(signal);
        };
        process.on(signal, handler);
        return () => process.off(signal, handler);
      });
      return () => {
        for (const remove of handlers) remove();
      };
    },
    terminationLog: '/dev/termination-log',
  };
}

/** After an abort nothing is left that keeps this process waiting for more. */
async function readStdin(signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxTextBytes)
        throw new UnsuitableFileError(`it is larger than ${maxTextBytes / 2 ** 20} MiB`);
      chunks.push(chunk);
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw new AuditError(errorCodes.fileUnreadable, `cannot read stdin: ${describeSystemError(thrown)}`, {
      cause: thrown,
    });
  }
  try {
    return decodeText(Buffer.concat(chunks));
  } catch (cause) {
    const message = 'stdin is neither UTF-8 text nor UTF-16 text with a byte order mark';
    throw new AuditError(errorCodes.fileUnreadable, message, { cause });
  }
}

/** A reader that went away is not a failure: further output is dropped, and callers can stop if they want. */
function toTextStream(name: 'stdout' | 'stderr'): TextStream {
  const stream = process[name];
  const closed = new AbortController();
  // Node reports a closed pipe as an event too, and ends the process where nobody listens.
  stream.on('error', () => {
    closed.abort();
  });

  async function write(text: string): Promise<void> {
    if (closed.signal.aborted || text === '') return;
    const error = await new Promise<Error | null | undefined>((resolve) => {
      stream.write(text, resolve);
    });
    if (!error) return;
    closed.abort();
    if (systemErrorCode(error) === 'EPIPE') return;
    throw new AuditError(errorCodes.outputFailed, `cannot write to ${name}: ${describeSystemError(error)}`, {
      cause: error,
    });
  }

  return {
    isTTY: stream.isTTY,
    get rows() {
      return stream.isTTY ? stream.rows : undefined;
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    closed: closed.signal,
    write(text) {
      const written = write(text);
      // Log lines are not awaited; that one of them is lost must not look like a defect.
      written.catch(() => undefined);
      return written;
    },
  };
}
