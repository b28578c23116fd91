import type { OwnerReference } from '../domain/index.ts';
import { type ByteRange, skipSpace, skipValue, walkObject } from '../text/index.ts';

/**
 * Who owns the object with this text: its controller, else the first of its owners; undefined where it has none that can be read.
 * Throws a JsonSyntaxError for anything that is not a JSON object.
 */
export function readOwner(json: Uint8Array): OwnerReference | undefined {
  const owners = readMetadata(toBuffer(json), 'ownerReferences');
  return Array.isArray(owners) ? chooseOwner(owners) : undefined;
}

/**
 * The value of an annotation of the object with this text, which need not be a text where it was written into a file; undefined where there
 * is none. Throws a JsonSyntaxError for anything that is not a JSON object.
 */
export function readAnnotation(json: Uint8Array, name: string): unknown {
  const bytes = toBuffer(json);
  // Most objects do not have it; a slash in a name may be written in two ways.
  if (!bytes.includes(name.slice(0, name.indexOf('/')))) return undefined;
  const annotations = readMetadata(bytes, 'annotations');
  return typeof annotations === 'object' && annotations !== null
    ? new Map<string, unknown>(Object.entries(annotations)).get(name)
    : undefined;
}

function toBuffer(json: Uint8Array): Buffer {
  return Buffer.from(json.buffer, json.byteOffset, json.byteLength);
}

function readMetadata(bytes: Buffer, field: string): unknown {
  const metadata = findMember(bytes, skipSpace(bytes, 0), 'metadata');
  if (metadata === undefined || !isObject(bytes, metadata)) return undefined;
  const range = findMember(bytes, metadata.start, field);
  return range === undefined ? undefined : JSON.parse(bytes.toString('utf8', range.start, range.end));
}

function chooseOwner(owners: readonly unknown[]): OwnerReference | undefined {
  const readable = owners.filter(isOwner);
  const owner = readable.find(({ controller }) => controller === true) ?? readable[0];
  if (owner === undefined) return undefined;
  const { apiVersion, kind, name, uid } = owner;
  return { apiVersion, kind, name, uid: typeof uid === 'string' ? uid : '' };
}

type WrittenOwner = Omit<OwnerReference, 'uid'> & { readonly uid?: unknown; readonly controller?: unknown };

function isOwner(value: unknown): value is WrittenOwner {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return ['apiVersion', 'kind', 'name'].every((field) => {
    const text = fields.get(field);
    return typeof text === 'string' && text !== '';
  });
}

function findMember(bytes: Buffer, start: number, name: string): ByteRange | undefined {
  let found: ByteRange | undefined;
  walkObject(bytes, start, (key, valueStart) => {
    const end = skipValue(bytes, valueStart);
    if (key === name) found = { start: valueStart, end };
    return end;
  });
  return found;
}

function isObject(bytes: Buffer, { start }: ByteRange): boolean {
  return bytes[start] === 0x7b;
}
