import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { AuditError, errorCodes, formatLine, type ResourceOrigin } from '../../domain/index.ts';
import { type Chunk, cutDocuments, cutJsonStream } from './chunks.ts';
import { findItems, findOffset, findRepeatedKeys, startOf } from './yaml-events.ts';
import { jsonSchema, textSchema, yamlSchema } from './yaml-schema.ts';

/** A text with the name that messages and origins give it. */
export type SourceText = {
  readonly path: string;
  readonly text: string;
  /** Another program made it of `path`, so that its lines are not those of the file. */
  readonly isRendered?: boolean | undefined;
  /** The template in a packed chart, where `path` is the package. */
  readonly template?: string | undefined;
};

/**
 * One value of a document, parsed as kubectl would. `itemOrigins` belong to the elements of its `items`, where it has that list.
 * Numbers that a double cannot hold are raw JSON values, so JSON.stringify writes every number as it has to be.
 */
export type ManifestDocument = {
  readonly value: unknown;
  readonly origin: ResourceOrigin;
  readonly itemOrigins: readonly ResourceOrigin[];
  /** Keys that stand in their mapping more than once, where the last one counts. */
  readonly repeatedKeys: readonly RepeatedKey[];
  /** Where the value under a path of keys and indices is written, or the nearest part of that path which is. */
  readonly locate: (path: readonly PropertyKey[]) => ResourceOrigin;
};

/** `origin` is the one that counts. */
export type RepeatedKey = { readonly key: string; readonly origin: ResourceOrigin };

/** A document, or why it cannot be read (`manifestInvalid`, with file and line). Documents without content are left out. */
export type ParsedDocument = ManifestDocument | AuditError;

export type ParseOptions = {
  /** What is made of a key that stands in its mapping twice: an error, or the last one counts, as it does for kubectl. */
  readonly repeatedKeys: 'refuse' | 'take-last';
  /** What is made of scalars: what kubectl makes of them, unless they are left as they are written. */
  readonly scalars?: 'as-written';
};

/** Parses every document on its own, so that a broken one does not hide the others. */
export function* parseDocuments(
  { text, ...source }: SourceText,
  options: ParseOptions = { repeatedKeys: 'refuse' },
): Generator<ParsedDocument> {
  for (const chunk of cutDocuments(text)) yield* parseChunk(chunk, { ...source, ...options });
}

/** Of collections in each other; the schemas of custom resources are deep. */
const maxDepth = 1000;

type Parsing = Omit<SourceText, 'text'> & ParseOptions;

function* parseChunk(chunk: Chunk, parsing: Parsing): Generator<ParsedDocument> {
  try {
    yield* parseText(chunk, parsing);
  } catch (thrown) {
    const values = cutJsonStream(chunk);
    if (values === undefined) yield toManifestError(thrown, chunk, parsing);
    else for (const value of values) yield* parseChunk(value, parsing);
  }
}

/** Throws a YAMLException. */
function parseText(chunk: Chunk, parsing: Parsing): readonly ParsedDocument[] {
  const source = chunk.text;
  const schema = chooseSchema(source, parsing);
  const events = parseEvents(source, { maxDepth });
  const { values, hasRepeatedKeys } = construct(events, { source, schema, ...parsing });
  const roots = [...events.keys()].filter((index) => events[index]?.type === EVENT_ID.DOCUMENT);
  const originAt = createLocator(chunk, parsing);
  const documents: ParsedDocument[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    const root = (roots[index] ?? 0) + 1;
    const origin = originAt(startOf(events[root]));
    const locate: ManifestDocument['locate'] = (steps) =>
      createLocator(chunk, parsing)(findOffset({ events, source }, root, steps));
    if (events.some(isAlias) && !isWithinExpansion(value)) {
      documents.push(tooLarge(origin));
      continue;
    }
    const itemOrigins = findItems(events, root, source).map(originAt);
    const repeated = hasRepeatedKeys ? findRepeatedKeys({ events, source }, root, schema) : [];
    const locateKey = createLocator(chunk, parsing);
    const repeatedKeys = repeated.map(({ key, offset }) => ({ key, origin: locateKey(offset) }));
    documents.push({ value, origin, itemOrigins, repeatedKeys, locate });
  }
  return documents;
}

function chooseSchema(source: string, { scalars }: ParseOptions): typeof yamlSchema {
  if (scalars === 'as-written') return textSchema;
  return /^\s*[{[]/.test(source) ? jsonSchema : yamlSchema;
}

type Construction = ParseOptions & { readonly source: string; readonly schema: typeof yamlSchema };

/** That a key is there twice is rare, so it is only looked for where it was met. */
function construct(
  events: readonly Event[],
  { source, schema, repeatedKeys }: Construction,
): { readonly values: readonly unknown[]; readonly hasRepeatedKeys: boolean } {
  try {
    return { values: constructFromEvents([...events], { source, schema }), hasRepeatedKeys: false };
  } catch (thrown) {
    if (repeatedKeys === 'refuse' || !isRepeatedKey(thrown)) throw thrown;
    return {
      values: constructFromEvents([...events], { source, schema, json: true }),
      hasRepeatedKeys: true,
    };
  }
}

function isRepeatedKey(thrown: unknown): boolean {
  return thrown instanceof YAMLException && thrown.reason === 'duplicated mapping key';
}

function isAlias({ type }: Event): boolean {
  return type === EVENT_ID.ALIAS;
}

/** Offsets, which have to be asked for in ascending order, to lines and columns. */
function createLocator(
  chunk: Chunk,
  { path, isRendered, template }: Parsing,
): (offset: number) => ResourceOrigin {
  if (isRendered === true) return () => ({ path, line: undefined, column: undefined, template });
  let line = chunk.line;
  let lineStart = -chunk.column;
  let next = 0;
  return (offset) => {
    for (let at = chunk.text.indexOf('\n', next); at !== -1 && at < offset; ) {
      line += 1;
      next = at + 1;
      lineStart = next;
      at = chunk.text.indexOf('\n', next);
    }
    return { path, line: line + 1, column: offset - lineStart + 1 };
  };
}

/** More values than any manifest has. An alias is a value again each time it is used, as it is when written as JSON. */
const mostValues = 1_000_000;
const deepest = 1000;

/** Whether a value, with shared parts counted as often as they are used, is small enough to be written out. */
function isWithinExpansion(root: unknown): boolean {
  const stack: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  let seen = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, depth } = next;
    seen += 1;
    if (seen + stack.length > mostValues || depth > deepest) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const part of Object.values(value)) stack.push({ value: part, depth: depth + 1 });
  }
  return true;
}

function tooLarge(origin: ResourceOrigin): AuditError {
  return new AuditError(
    errorCodes.manifestInvalid,
    `${formatLine(origin)}: the document becomes too large when its aliases are expanded`,
  );
}

/** The exception itself quotes the lines around the mistake, which may hold a secret: only its reason and place go on. */
function toManifestError(thrown: unknown, chunk: Chunk, parsing: Parsing): AuditError {
  if (!(thrown instanceof YAMLException)) throw thrown;
  const { path, template } = parsing;
  const line = parsing.isRendered === true ? undefined : chunk.line + (thrown.mark?.line ?? 0) + 1;
  const reason = thrown.reason.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 200);
  const place = formatLine({ path, line, column: undefined, template });
  return new AuditError(errorCodes.manifestInvalid, `${place}: ${reason}`);
}
