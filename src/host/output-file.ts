import { createWriteStream, type WriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { AuditError, errorCodes } from '../domain/index.ts';
import { describeSystemError, systemErrorCode } from '../system/index.ts';

/** Rejects with `outputNotWritable` when the file cannot be created or replaced, before a long scan finds out. */
export async function checkOutputFile(path: string): Promise<void> {
  try {
    const existing = await statIfThere(path);
    if (existing?.isDirectory() === true) {
      throw new AuditError(errorCodes.outputNotWritable, `cannot write to ${path}: it is a directory`);
    }
    await access(existing === undefined || existing.isFile() ? dirname(path) : path, constants.W_OK);
  } catch (thrown) {
    if (thrown instanceof AuditError) throw thrown;
    throw new AuditError(
      errorCodes.outputNotWritable,
      `cannot write to ${path}: ${describeSystemError(thrown)}`,
      {
        cause: thrown,
      },
    );
  }
}

/** Where a document goes piece by piece. It counts only after `commit`; after a failure nothing of it is left. */
export interface Destination {
  /** Rejects with `outputFailed`. */
  write(text: string): Promise<void>;
  /** Rejects with `outputFailed`. */
  commit(): Promise<void>;
  /** Removes what has been written, as far as that is possible. */
  discard(): Promise<void>;
}

/** Characters. */
const enough = 64 * 1024;

/**
 * A file that grows under another name and takes its place at the end, so that a reader never sees half of it. What is there and is
 * no regular file (a pipe, a device) is written to directly.
 */
export class OutputFile implements Destination {
  readonly #path: string;
  #open: Promise<{ stream: WriteStream; temporary: string | undefined }> | undefined;
  /** Why the document cannot be completed any more; what comes after has the same reason. */
  #failed: AuditError | undefined;

  /** Small pieces are written together: each write costs as much as many thousand characters. */
  #held = '';

  constructor(path: string) {
    this.#path = path;
  }

  async write(text: string): Promise<void> {
    try {
      const { stream, temporary } = await this.#opened();
      this.#held += text;
      // Nobody reads a file that is not in place yet; the reader of a pipe wants each line at once.
      if (temporary === undefined || this.#held.length >= enough) await this.#flush(stream);
    } catch (thrown) {
      await this.discard();
      throw this.#fail(thrown);
    }
  }

  async #flush(stream: WriteStream): Promise<void> {
    const text = this.#held;
    this.#held = '';
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    stream.write(text, (error) => {
      if (error) reject(error);
      else resolve(undefined);
    });
    await promise;
  }

  async commit(): Promise<void> {
    try {
      const { stream, temporary } = await this.#opened();
      if (this.#held !== '') await this.#flush(stream);
      stream.end();
      await finished(stream);
      if (temporary !== undefined) await rename(temporary, this.#path);
    } catch (thrown) {
      await this.discard();
      throw this.#fail(thrown);
    }
  }

  async discard(): Promise<void> {
    const open = await this.#open?.catch(() => undefined);
    if (open === undefined) return;
    const { stream, temporary } = open;
    stream.destroy();
    if (temporary !== undefined) await rm(temporary, { force: true });
  }

  #opened(): Promise<{ stream: WriteStream; temporary: string | undefined }> {
    if (this.#failed !== undefined) throw this.#failed;
    this.#open ??= openForReplacement(this.#path);
    return this.#open;
  }

  #fail(cause: unknown): AuditError {
    const message = `cannot write ${this.#path}: ${describeSystemError(cause)}`;
    this.#failed ??= new AuditError(errorCodes.outputFailed, message, { cause });
    return this.#failed;
  }
}

async function openForReplacement(
  path: string,
): Promise<{ stream: WriteStream; temporary: string | undefined }> {
  const existing = await statIfThere(path);
  const replaceable = existing === undefined || existing.isFile();
  const temporary = replaceable ? `${path}.${process.pid}.partial` : undefined;
  const stream = createWriteStream(temporary ?? path);
  // Every write and the end report a failure to their caller; without a listener it would end the process as well.
  stream.on('error', () => undefined);
  return { stream, temporary };
}

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
