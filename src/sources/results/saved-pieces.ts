import { AuditError, errorCodes } from '../../domain/index.ts';
import { describeSystemError, readRegularChunks } from '../../system/index.ts';
import { JsonMembers, JsonSyntaxError, parseJson } from '../../text/index.ts';

/** The lists that are too long to be held as a whole. */
const lists = ['results', 'entries'] as const;

/** What a file holds, in its order: the members of the document but its list, or the elements of the list. */
export type SavedPiece = { readonly list: string | undefined; readonly bytes: Buffer };

/** One document, or the lines of `-o jsonl`. */
export type SavedForm = 'document' | 'lines';

/** Which of the two it is, by its first line. Rejects with `fileUnreadable`, or with `savedResultInvalid` for an empty file. */
export async function findForm(path: string): Promise<SavedForm> {
  for await (const line of readLines(path)) {
    const kind = kindOf(parseJson(line));
    return kind === 'Result' || kind === 'Summary' ? 'lines' : 'document';
  }
  throw invalid(path, 'it is empty');
}

/** What a value says that it is; undefined where it says nothing. */
export function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
}

/** The pieces of a document. Rejects with an AuditError for what cannot be read, is no JSON object, or was cut short. */
export async function* readDocument(path: string): AsyncGenerator<SavedPiece> {
  const members = new JsonMembers(lists);
  for await (const chunk of readChunks(path)) {
    try {
      yield* members.push(chunk);
    } catch (thrown) {
      throw thrown instanceof JsonSyntaxError ? invalid(path, thrown.message) : thrown;
    }
  }
  const end = members.end();
  if (end === 'empty') throw invalid(path, 'there is nothing in it');
  if (end === 'cut') throw cutShort(path, 'its end is missing');
}

/** The lines of a file that are not blank, without their ends. Rejects with `fileUnreadable`. */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  for await (const chunk of readChunks(path)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield* nonBlank(Buffer.concat([...held, chunk.subarray(start, end)]));
      held = [];
      start = end + 1;
    }
    held.push(chunk.subarray(start));
    if (held.length > mostChunks) throw invalid(path, 'it has a line of more than 64 MiB');
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
  return new AuditError(errorCodes.savedResultInvalid, `${path} is no result of audit-scanner: ${why}`, {
    tries: ['audit-scanner scan -o json=result.json'],
  });
}

export function cutShort(path: string, why: string): AuditError {
  return new AuditError(errorCodes.savedResultCutShort, `${path} was cut short: ${why}`, {
    facts: ['What is missing may be anything, so nothing is made of the rest.'],
    tries: ['save it again: the scan, the copy or the download did not come to its end'],
  });
}
