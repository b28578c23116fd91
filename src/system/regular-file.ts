import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { UnsuitableFileError } from './system-errors.ts';

export type ReadOptions = {
  /** Ends the reading of a large file. */
  readonly signal?: AbortSignal | undefined;
  readonly maxBytes?: number | undefined;
};

/** A text of more bytes than this may not fit into a string. */
export const maxTextBytes = 500 * 2 ** 20;

/**
 * The content of a file that the user named, or that was found in a folder. Reading a pipe or a device may never end and cannot be
 * interrupted, so whatever is no regular file is refused; links are followed. Rejects with the error of the system call, or with an
 * UnsuitableFileError; describeSystemError has words for both.
 */
export async function readRegularFile(
  path: string,
  { signal, maxBytes = maxTextBytes }: ReadOptions = {},
): Promise<Buffer> {
  // Before it is opened, because that alone may move a tape.
  requireRegular(await stat(path), maxBytes);
  // And another time afterwards, without waiting for anybody at the other end, as it may be another file by now.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    requireRegular(await file.stat(), maxBytes);
    return await file.readFile({ signal });
  } finally {
    await file.close();
  }
}

const chunkBytes = 256 * 1024;

/** The same file chunk by chunk, of any size. */
export async function* readRegularChunks(path: string): AsyncGenerator<Buffer> {
  requireRegular(await stat(path), Infinity);
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    requireRegular(await file.stat(), Infinity);
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function requireRegular(facts: Stats, maxBytes: number): void {
  if (!facts.isFile()) throw new UnsuitableFileError(describeKind(facts));
  if (facts.size > maxBytes) throw new UnsuitableFileError(`it is larger than ${maxBytes / 2 ** 20} MiB`);
}

function describeKind(facts: Stats): string {
  if (facts.isDirectory()) return 'it is a directory';
  if (facts.isFIFO()) return 'it is a pipe, and only regular files are read';
  if (facts.isSocket()) return 'it is a socket, and only regular files are read';
  return 'it is a device, and only regular files are read';
}
