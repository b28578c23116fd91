import { Readable } from 'node:stream';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { describeSystemError, readRegularChunks } from '../../system/index.ts';
import { JsonMembers, JsonSyntaxError, parseJson } from '../../text/index.ts';

/** The lists that are too long to be held as a whole. */
const lists = ['results', 'entries'] as const;

/** What a file holds, in its order: the members of the document but its list, or the elements of the list. */
export type SavedPiece = { readonly list: string | undefined; readonly bytes: Buffer };

/** Bytes that can be read more than once, and how a person calls them. */
export type SavedBytes = { readonly name: string; readonly chunks: () => AsyncIterable<Buffer> };

/** A file, which is read chunk by chunk each time. */
export function ofFile(path: string): SavedBytes {
  return { name: path, chunks: () => readChunks(path) };
}

/** What is in memory already, in pieces as a file gives them. */
export function ofBytes(name: string, bytes: Buffer): SavedBytes {
  return { name, chunks: () => Readable.from(cutUp(bytes)) };
}

const cutBytes = 256 * 1024;

function* cutUp(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += cutBytes) yield bytes.subarray(at, at + cutBytes);
}

/** One document, or the lines of `-o jsonl`. */
export type SavedForm = 'document' | 'lines';

/** Which of the two it is, by its first line. Rejects with `fileUnreadable`, or with `savedResultInvalid` for an empty file. */
export async function findForm(saved: SavedBytes): Promise<SavedForm> {
  for await (const line of readLines(saved)) {
    const kind = kindOf(parseJson(line));
    return kind === 'Result' || kind === 'Summary' ? 'lines' : 'document';
  }
  throw invalid(saved.name, 'it is empty');
}

/** What a value says that it is; undefined where it says nothing. */
export function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
}

/** The pieces of a document. Rejects with an AuditError for what cannot be read, is no JSON object, or was cut short. */
export async function* readDocument({ name, chunks }: SavedBytes): AsyncGenerator<SavedPiece> {
  const members = new JsonMembers(lists);
  for await (const chunk of chunks()) {
    try {
      yield* members.push(chunk);
    } catch (thrown) {
      throw thrown instanceof JsonSyntaxError ? invalid(name, thrown.message) : thrown;
    }
  }
  const end = members.end();
  if (end === 'empty') throw invalid(name, 'there is nothing in it');
  if (end === 'cut') throw cutShort(name, 'its end is missing');
}

/** The lines of a file that are not blank, without their ends. Rejects with `fileUnreadable`. */
export async function* readLines({ name, chunks }: SavedBytes): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  for await (const chunk of chunks()) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield* nonBlank(Buffer.concat([...held, chunk.subarray(start, end)]));
      held = [];
      start = end + 1;
    }
    held.push(chunk.subarray(start));
    if (held.length > mostChunks) throw invalid(name, 'it has a line of more than 64 MiB');
  }
  yield* nonBlank(Buffer.concat(held));
}

/** Of 256 KiB each. */
const mostChunks = 256;

function* nonBlank(line: Buffer): Generator<Buffer> {
  if (line.toString('latin1', 0, 200).trim() !== '') yield line;
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* readRegularChunks(path);
  } catch (thrown) {
    if (thrown instanceof AuditError) throw thrown;
    const message = `cannot read ${path}: ${describeSystemError(thrown)}`;
    throw new AuditError(errorCodes.fileUnreadable, message, { cause: thrown });
  }
}

/** That a file is nothing that was saved by this program. */
export function invalid(path: string, why: string): AuditError {
  return new AuditError(errorCodes.savedResultInvalid, `${path} is not a result of audit-scanner: ${why}`, {
    tries: ['audit-scanner scan -o json=result.json'],
  });
}

export function cutShort(path: string, why: string): AuditError {
  return new AuditError(errorCodes.savedResultCutShort, `${path} was cut short: ${why}`, {
    facts: ['Anything may be missing, so the rest is not used.'],
    tries: ['save it again: the scan, the copy or the download did not finish'],
  });
}
