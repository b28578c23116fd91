import type { HostCallsConfig } from '../config/index.ts';
import { AuditError, errorCodes, toAuditError } from '../domain/index.ts';
import { type CapabilitySession, type Exchange, formatExchange, parseSession } from '../engine/index.ts';
import { checkOutputFile, OutputFile } from '../host/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';

/** How the host calls of a scan are kept, or where their answers come from. */
export type HostCallSession = CapabilitySession & {
  /** Ends the file in which they are kept. Resolves to why that could not be done, or to undefined. */
  readonly finish: () => Promise<AuditError | undefined>;
  /** Removes what was begun, if it was not ended. */
  readonly discard: () => Promise<void>;
};

/** Rejects with `fileUnreadable` or `outputNotWritable` when a file that the user named cannot be used. */
export async function openHostCallSession({
  record,
  replay,
}: Partial<HostCallsConfig> = {}): Promise<HostCallSession> {
  if (record !== undefined) return openRecording(record);
  return {
    replay: replay === undefined ? undefined : { exchanges: await readSession(replay), name: replay },
    record: undefined,
    finish: () => Promise.resolve(undefined),
    discard: () => Promise.resolve(),
  };
}

async function readSession(path: string): Promise<readonly Exchange[]> {
  try {
    return parseSession((await readRegularFile(path)).toString('utf8'));
  } catch (cause) {
    const isOurs = cause instanceof Error && !('code' in cause);
    const why = isOurs ? cause.message : describeSystemError(cause);
    throw new AuditError(
      errorCodes.fileUnreadable,
      `cannot read the recorded host calls in ${path}: ${why}`,
      { cause },
    );
  }
}

/** What is recorded is written as it comes, one exchange after another. */
async function openRecording(path: string): Promise<HostCallSession> {
  await checkOutputFile(path);
  const file = new OutputFile(path);
  let isEmpty = true;
  let failed: unknown;
  let written: Promise<void> = Promise.resolve();
  const write = (text: string): void => {
    written = written
      .then(() => file.write(text))
      .catch((thrown: unknown) => {
        failed ??= thrown;
      });
  };
  return {
    replay: undefined,
    record: (exchange) => {
      isEmpty = false;
      write(formatExchange(exchange));
    },
    finish: async () => {
      if (isEmpty) write('[]\n');
      await written;
      if (failed !== undefined) return toAuditError(failed);
      try {
        await file.commit();
        return undefined;
      } catch (thrown) {
        return toAuditError(thrown);
      }
    },
    discard: async () => {
      await written;
      await file.discard();
    },
  };
}
