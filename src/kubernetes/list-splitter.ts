import { isUtf8 } from 'node:buffer';
import {
  type ByteRange,
  decodeString,
  JsonSyntaxError,
  type Labels,
  skipSpace,
  skipValue,
  walkArray,
  walkObject,
} from '../text/index.ts';
import { readAnswer } from './json.ts';

export type ItemMetadata = {
  readonly name: string;
  readonly namespace: string | undefined;
  /** Empty where an aggregated API gives its objects none; the same for `resourceVersion`. */
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Labels;
};

/** One item of a List: where its text lies in the body, and what is needed to name it. */
export type ListItem = ByteRange & {
  readonly hasApiVersion: boolean;
  readonly hasKind: boolean;
  readonly metadata: ItemMetadata;
};

export type SplitList = {
  readonly items: readonly ListItem[];
  /** Set when there are more pages. */
  readonly continueToken: string | undefined;
  readonly remainingItemCount: number | undefined;
};

/**
 * Finds the items of a Kubernetes List in its text, in one pass and without building them: what the API server wrote stays as it
 * is, 64-bit integers included. Throws an AuditError unless the whole body is well-formed JSON and a List.
 */
export function splitList(body: Buffer): SplitList {
  return readAnswer(() => readList(body));
}

function readList(body: Buffer): SplitList {
  // Inside a string, other bytes would go unnoticed, and reach every reader of the object.
  if (!isUtf8(body)) throw new JsonSyntaxError(0);
  let items: ListItem[] | undefined;
  let metadata: Record<string, unknown> = {};
  const end = walkObject(body, skipSpace(body, 0), (key, start) => {
    if (key === 'items') {
      items = [];
      return readItems(body, start, items);
    }
    const valueEnd = skipValue(body, start);
    if (key === 'metadata') metadata = parseObject(body, { start, end: valueEnd });
    return valueEnd;
  });
  if (skipSpace(body, end) !== body.length) throw new JsonSyntaxError(end);
  // Without `items` it is some other document, and taking it for an empty list would hide everything that was asked for.
  if (items === undefined) throw new JsonSyntaxError(0);
  const { continue: token, remainingItemCount } = metadata;
  return {
    items,
    continueToken: typeof token === 'string' && token !== '' ? token : undefined,
    remainingItemCount: typeof remainingItemCount === 'number' ? remainingItemCount : undefined,
  };
}

/** The text of an object that stands alone, as an item of a List would be. Throws an AuditError for what is none. */
export function readSingleItem(body: Buffer): ListItem {
  return readAnswer(() => {
    const item = readItem(body, skipSpace(body, 0));
    if (skipSpace(body, item.end) !== body.length) throw new JsonSyntaxError(item.end);
    return item;
  });
}

/**
 * The text of one item with the `apiVersion` and `kind` that the API server leaves out inside a List; every other byte is as
 * received. The result shares memory with the body only when nothing was missing.
 */
export function itemJson(body: Buffer, item: ListItem, type: { apiVersion: string; kind: string }): Buffer {
  const text = body.subarray(item.start, item.end);
  if (item.hasApiVersion && item.hasKind) return text;
  const missing = {
    ...(item.hasApiVersion ? {} : { apiVersion: type.apiVersion }),
    ...(item.hasKind ? {} : { kind: type.kind }),
  };
  // An item has at least its metadata, so a comma always fits.
  const head = `${JSON.stringify(missing).slice(0, -1)},`;
  const length = Buffer.byteLength(head) + text.length - 1;
  const json = Buffer.allocUnsafe(length);
  text.copy(json, json.write(head), 1);
  return json;
}

function readItems(body: Buffer, start: number, items: ListItem[]): number {
  if (isNull(body, start)) return skipValue(body, start);
  return walkArray(body, start, (itemStart) => {
    const item = readItem(body, itemStart);
    items.push(item);
    return item.end;
  });
}

function readItem(body: Buffer, start: number): ListItem {
  let hasApiVersion = false;
  let hasKind = false;
  let metadata: ItemMetadata | undefined;
  const end = walkObject(body, start, (key, valueStart) => {
    if (key === 'metadata') {
      const [parsed, metadataEnd] = readMetadata(body, valueStart);
      metadata = parsed;
      return metadataEnd;
    }
    hasApiVersion ||= key === 'apiVersion';
    hasKind ||= key === 'kind';
    return skipValue(body, valueStart);
  });
  if (metadata === undefined) throw new JsonSyntaxError(start);
  return { start, end, hasApiVersion, hasKind, metadata };
}

/** Reads only the members that are needed: `managedFields` alone is often half of an object. */
function readMetadata(body: Buffer, start: number): [ItemMetadata, number] {
  const texts = new Map<string, string>();
  let labels: Labels = {};
  const end = walkObject(body, start, (key, valueStart) => {
    const valueEnd = skipValue(body, valueStart);
    const range = { start: valueStart, end: valueEnd };
    if (key === 'labels') labels = parseLabels(body, range);
    else if (wanted.has(key) && !isNull(body, valueStart)) texts.set(key, parseText(body, range));
    return valueEnd;
  });
  const name = texts.get('name');
  if (name === undefined) throw new JsonSyntaxError(start);
  const namespace = texts.get('namespace');
  const metadata = {
    name,
    namespace: namespace === '' ? undefined : namespace,
    uid: texts.get('uid') ?? '',
    resourceVersion: texts.get('resourceVersion') ?? '',
    labels,
  };
  return [metadata, end];
}

const wanted: ReadonlySet<string> = new Set(['name', 'namespace', 'uid', 'resourceVersion']);

function parseText(body: Buffer, range: ByteRange): string {
  if (body[range.start] !== 0x22) throw new JsonSyntaxError(range.start);
  return decodeString(body, range);
}

function parseLabels(body: Buffer, range: ByteRange): Labels {
  if (isNull(body, range.start)) return {};
  const labels = parseObject(body, range);
  // JSON.parse makes `__proto__` an ordinary own property, so the parsed object can be used as it is.
  if (!hasOnlyTexts(labels)) throw new JsonSyntaxError(range.start);
  return labels;
}

function hasOnlyTexts(record: Record<string, unknown>): record is Record<string, string> {
  return Object.values(record).every((value) => typeof value === 'string');
}

function parseObject(body: Buffer, range: ByteRange): Record<string, unknown> {
  const value: unknown = JSON.parse(body.toString('utf8', range.start, range.end));
  if (!isRecord(value)) throw new JsonSyntaxError(range.start);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNull(body: Buffer, start: number): boolean {
  return body[start] === 0x6e;
}
