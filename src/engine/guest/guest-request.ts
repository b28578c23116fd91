import { parseExactJson, writeSorted } from '../../text/index.ts';
import { EngineError } from '../program/engine-error.ts';
import { writeRustNumber } from './rust-number.ts';

/** What a field has to be; gives what a policy gets of it, and undefined for something else. */
type Read = (value: unknown) => unknown;
type Fields = Readonly<Record<string, { readonly read: Read; readonly required: boolean }>>;

const text: Read = (value) => (typeof value === 'string' ? value : undefined);
const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined);
const anything: Read = (value) => value;
const texts: Read = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
const textLists: Read = (value) =>
  isObject(value) && Object.values(value).every((list) => texts(list) !== undefined) ? value : undefined;
const required = (read: Read) => ({ read, required: true });
const optional = (read: Read) => ({ read, required: false });

const kind = object({ group: required(text), version: required(text), kind: required(text) });
const resource = object({ group: required(text), version: required(text), resource: required(text) });
const userInfo = object({
  extra: optional(textLists),
  groups: optional(texts),
  uid: optional(text),
  username: optional(text),
});

/**
 * The fields that policy-server knows of an AdmissionRequest. Others do not reach a policy, and neither do those that are null: the SDK
 * for Rust cannot read a null, and to a policy in Rego it is not the same as nothing.
 */
const request: Fields = {
  uid: required(text),
  kind: required(kind),
  resource: required(resource),
  subResource: optional(text),
  requestKind: optional(kind),
  requestResource: optional(resource),
  requestSubResource: optional(text),
  name: optional(text),
  namespace: optional(text),
  operation: required(text),
  userInfo: required(userInfo),
  object: optional(anything),
  oldObject: optional(anything),
  dryRun: optional(flag),
  options: optional(anything),
};

/**
 * What a policy gets of an AdmissionReview: its request, parsed and serialized again as policy-server does, as the text of
 * `{"request":…}`. This is the only place where that text is made. Throws an EngineError for what policy-server does not read either.
 */
export function toGuestRequest(review: Uint8Array): Uint8Array {
  const read = parse(Buffer.from(review.buffer, review.byteOffset, review.length).toString());
  const given = isObject(read) ? read['request'] : undefined;
  if (!isObject(given)) throw unreadable('it has no request');
  const known = pick(request, given);
  if (typeof known === 'string') throw unreadable(`request.${known} is missing or of the wrong type`);
  return Buffer.from(writeJson({ request: known }));
}

/** Writes JSON as policy-server's library writes a value that it has read. Throws an EngineError for what that does not read. */
export function writeJson(value: unknown): string {
  try {
    return writeSorted(value, scalars, maxDepth);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw unreadable(`lists and objects are nested more than ${maxDepth} levels deep`, { cause });
  }
}

const maxDepth = 127;
const scalars = { string: writeText, number: writeNumber };

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(fields: Fields): Read {
  return (value) => {
    const known = isObject(value) ? pick(fields, value) : undefined;
    return typeof known === 'string' ? undefined : known;
  };
}

/** The known fields of an object that are not null, or the name of the first that is not what it has to be. */
function pick(fields: Fields, given: JsonObject): JsonObject | string {
  const known: Record<string, unknown> = {};
  for (const [name, { read, required: isRequired }] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? (given[name] ?? undefined) : undefined;
    const taken = value === undefined ? undefined : read(value);
    if (taken === undefined && (isRequired || value !== undefined)) return name;
    if (taken !== undefined) known[name] = taken;
  }
  return known;
}

function parse(json: string): unknown {
  try {
    return parseExactJson(json);
  } catch (cause) {
    throw unreadable('it is not JSON', { cause });
  }
}

/** Most texts need no escapes, and looking for them is much quicker than escaping. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

function writeText(value: string): string {
  if (!special.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw unreadable('a string in it has half of a surrogate pair');
  return JSON.stringify(value);
}

function writeNumber(source: string): string {
  const written = writeRustNumber(source);
  if (written === undefined) throw unreadable(`the number ${source.slice(0, 40)} in it is too large`);
  return written;
}

function unreadable(why: string, options?: ErrorOptions): EngineError {
  return new EngineError('request-unreadable', `the request cannot be passed to policies: ${why}`, options);
}
