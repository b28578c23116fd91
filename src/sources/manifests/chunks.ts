import { skipSpace, skipValue } from '../../text/index.ts';

/** A part of a file; `line` and `column` are those of its first character, from 0. */
export type Chunk = { readonly text: string; readonly line: number; readonly column: number };

/** At the start of a document it only says how the text is encoded, and editors leave it there when files are put together. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

const separator = /^---(?=\s|$)/gm;
const markAfterSeparator = /^(---[ \t]*(?:#[^\n]*)?\r?\n)\uFEFF/;

/** Cuts before each `---`. Inside of any YAML value that line cannot stand, so no parser is needed. */
export function* cutDocuments(marked: string): Generator<Chunk> {
  const text = withoutMark(marked);
  let start = 0;
  let line = 0;
  // Directives like %YAML belong to the document after them.
  const cuts = text.startsWith('%') ? [...text.matchAll(separator)].slice(1) : text.matchAll(separator);
  for (const { index } of cuts) {
    const chunk = text.slice(start, index);
    yield toChunk(chunk, line);
    line += countLines(chunk);
    start = index;
  }
  yield toChunk(text.slice(start), line);
}

function toChunk(text: string, line: number): Chunk {
  return { text: text.replace(markAfterSeparator, '$1'), line, column: 0 };
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/**
 * The values of a text that holds several JSON objects one after another, without a separator. What follows the last whole one is a part of its
 * own. Undefined for any other text.
 */
export function cutJsonStream(chunk: Chunk): readonly Chunk[] | undefined {
  const { text } = chunk;
  if (!/^\s*\{/.test(text)) return undefined;
  const bytes = Buffer.from(text);
  const parts: Chunk[] = [];
  let [at, offset] = [0, 0];
  const moveTo = (end: number): number => {
    offset += bytes.toString('utf8', at, end).length;
    at = end;
    return offset;
  };
  while (at < bytes.length) {
    const start = moveTo(skipSpace(bytes, at));
    if (at === bytes.length) break;
    const end = endOfValue(bytes, at);
    parts.push(cut(chunk, start, moveTo(end ?? bytes.length)));
  }
  return parts.length > 1 ? parts : undefined;
}

function endOfValue(bytes: Buffer, start: number): number | undefined {
  try {
    return skipValue(bytes, start);
  } catch {
    return undefined;
  }
}

function cut({ text, line, column }: Chunk, start: number, end: number): Chunk {
  const before = text.slice(0, start);
  const lines = countLines(before);
  const inLine = start - (before.lastIndexOf('\n') + 1);
  return { text: text.slice(start, end), line: line + lines, column: lines === 0 ? column + inLine : inLine };
}
