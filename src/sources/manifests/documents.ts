import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { AuditError, errorCodes } from '../../domain/errors.ts';
import type { ResourceOrigin } from '../../domain/resource.ts';
import { isWithinExpansion } from './expansion.ts';
import { findItems, findOffset, startOf } from './yaml-events.ts';
import { jsonSchema, yamlSchema } from './yaml-schema.ts';

/** A text with the name that messages and origins give it. */
export type SourceText = { readonly path: string; readonly text: string };

/**
 * One value of a document, parsed as kubectl would. `itemOrigins` belong to the elements of its `items`, where it has that list.
 * Numbers that a double cannot hold are raw JSON values, so JSON.stringify writes every number as it has to be.
 */
export type ManifestDocument = {
  readonly value: unknown;
  readonly origin: ResourceOrigin;
  readonly itemOrigins: readonly ResourceOrigin[];
  /** Where the value under a path of keys and indices is written, or the nearest part of that path which is. */
  readonly locate: (path: readonly PropertyKey[]) => ResourceOrigin;
};

/** A document, or why it cannot be read (`manifestInvalid`, with file and line). Documents without content are left out. */
export type ParsedDocument = ManifestDocument | AuditError;

/** Parses every document on its own, so that a broken one does not hide the others. */
export function* parseDocuments({ path, text }: SourceText): Generator<ParsedDocument> {
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text;
  for (const chunk of splitDocuments(withoutMark)) yield* parseChunk(chunk, path);
}

/** Of collections in each other; the schemas of custom resources are deep. */
const maxDepth = 1000;

/** A part of a file that starts at the beginning of a line; `line` is that line, from 0. */
type Chunk = { readonly text: string; readonly line: number };

const separator = /^---(?=\s|$)/gm;

/** Cuts before each `---`. Inside of any YAML value that line cannot stand, so no parser is needed. */
function* splitDocuments(text: string): Generator<Chunk> {
  let start = 0;
  let line = 0;
  // Directives like %YAML belong to the document after them.
  const cuts = text.startsWith('%') ? [...text.matchAll(separator)].slice(1) : text.matchAll(separator);
  for (const { index } of cuts) {
    const chunk = text.slice(start, index);
    yield { text: chunk, line };
    line += countLines(chunk);
    start = index;
  }
  yield { text: text.slice(start), line };
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function* parseChunk(chunk: Chunk, path: string): Generator<ParsedDocument> {
  const source = chunk.text;
  const schema = /^\s*[{[]/.test(source) ? jsonSchema : yamlSchema;
  try {
    const events = parseEvents(source, { maxDepth });
    const values = constructFromEvents(events, { source, schema });
    const roots = [...events.keys()].filter((index) => events[index]?.type === EVENT_ID.DOCUMENT);
    const originAt = createLocator(chunk, path);
    for (const [index, value] of values.entries()) {
      if (value === null || value === undefined) continue;
      const root = (roots[index] ?? 0) + 1;
      const origin = originAt(startOf(events[root]));
      const locate: ManifestDocument['locate'] = (steps) =>
        createLocator(chunk, path)(findOffset({ events, source }, root, steps));
      if (events.some(isAlias) && !isWithinExpansion(value)) yield tooLarge(origin);
      else yield { value, origin, itemOrigins: findItems(events, root, source).map(originAt), locate };
    }
  } catch (thrown) {
    yield toManifestError(thrown, chunk, path);
  }
}

function isAlias({ type }: Event): boolean {
  return type === EVENT_ID.ALIAS;
}

/** Offsets, which have to be asked for in ascending order, to lines and columns. */
function createLocator(chunk: Chunk, path: string): (offset: number) => ResourceOrigin {
  let line = chunk.line;
  let lineStart = 0;
  return (offset) => {
    for (let at = chunk.text.indexOf('\n', lineStart); at !== -1 && at < offset; ) {
      line += 1;
      lineStart = at + 1;
      at = chunk.text.indexOf('\n', lineStart);
    }
    return { path, line: line + 1, column: offset - lineStart + 1 };
  };
}

function tooLarge({ path, line }: ResourceOrigin): AuditError {
  return new AuditError(
    errorCodes.manifestInvalid,
    `${path}:${line}: the document grows beyond all bounds when its aliases are filled in`,
  );
}

/** The exception itself quotes the lines around the mistake, which may hold a secret: only its reason and place go on. */
function toManifestError(thrown: unknown, { line }: Chunk, path: string): AuditError {
  if (!(thrown instanceof YAMLException)) throw thrown;
  const at = line + (thrown.mark?.line ?? 0) + 1;
  const reason = thrown.reason.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 200);
  return new AuditError(errorCodes.manifestInvalid, `${path}:${at}: ${reason}`);
}
