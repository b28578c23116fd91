import { Cursor } from './cursor.ts';
import { readNumber, writeDouble } from './numbers.ts';
import { readString } from './strings.ts';

/** A JSON value as serde_json has it: integers of 64 bits are bigint, all other numbers are doubles. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

const encoder = new TextEncoder();
const token = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  list: 0x5b,
  listEnd: 0x5d,
  object: 0x7b,
  objectEnd: 0x7d,
};

/** Reads a JSON text. Of a key that is there twice the last value counts. Throws a SerdeError. */
export function parseValue(text: string | Uint8Array): JsonValue {
  const cursor = new Cursor(typeof text === 'string' ? encoder.encode(text) : text);
  const value = readValue(cursor);
  cursor.end();
  return value;
}

/** Throws a SerdeError. */
export function readValue(cursor: Cursor): JsonValue {
  switch (cursor.peekToken()) {
    case token.quote:
      return readString(cursor);
    case token.list:
      return readList(cursor, () => readValue(cursor));
    case token.object:
      return readObject(cursor);
    default:
      return readSimple(cursor);
  }
}

/** null, true, false or a number. */
export function readSimple(cursor: Cursor): null | boolean | bigint | number {
  const byte = cursor.peekToken();
  if (byte === -1) throw cursor.failNext('EOF while parsing a value');
  const letter = String.fromCharCode(byte);
  const word = Object.hasOwn(words, letter) ? words[letter] : undefined;
  if (word !== undefined) {
    cursor.word(word.rest);
    return word.value;
  }
  if (!/[-0-9]/.test(letter)) throw cursor.failNext('expected value');
  return readNumber(cursor);
}

const words: Readonly<Record<string, { readonly rest: string; readonly value: null | boolean }>> = {
  n: { rest: 'ull', value: null },
  t: { rest: 'rue', value: true },
  f: { rest: 'alse', value: false },
};

/** `read` reads one item. */
export function readList<T>(cursor: Cursor, read: () => T): readonly T[] {
  return cursor.nest(() => {
    const items: T[] = [];
    while (hasItem(cursor, items.length === 0)) items.push(read());
    cursor.at += 1;
    return items;
  });
}

/** Whether another item of a list comes; if so, the cursor is before it. */
export function hasItem(cursor: Cursor, first: boolean): boolean {
  const byte = cursor.peekToken();
  if (byte === -1) throw cursor.failNext('EOF while parsing a list');
  if (byte === token.listEnd) return false;
  if (first) return true;
  if (byte !== token.comma) throw cursor.failNext('expected `,` or `]`');
  cursor.at += 1;
  const next = cursor.peekToken();
  if (next === token.listEnd) throw cursor.failNext('trailing comma');
  if (next === -1) throw cursor.failNext('EOF while parsing a value');
  return true;
}

function readObject(cursor: Cursor): JsonObject {
  const members = new Map<string, JsonValue>();
  readMembers(cursor, (key) => {
    skipColon(cursor);
    members.set(key, readValue(cursor));
  });
  // Not by assignments, which would take a key `__proto__` for something else.
  return Object.fromEntries(members);
}

/** `read` reads what follows the key. */
export function readMembers(cursor: Cursor, read: (key: string) => void): void {
  cursor.nest(() => {
    for (let first = true; hasKey(cursor, first); first = false) read(readString(cursor));
    cursor.at += 1;
  });
}

function hasKey(cursor: Cursor, first: boolean): boolean {
  let byte = cursor.peekToken();
  if (byte === -1) throw cursor.failNext('EOF while parsing an object');
  if (byte === token.objectEnd) return false;
  if (!first) {
    if (byte !== token.comma) throw cursor.failNext('expected `,` or `}`');
    cursor.at += 1;
    byte = cursor.peekToken();
    if (byte === token.objectEnd) throw cursor.failNext('trailing comma');
    if (byte === -1) throw cursor.failNext('EOF while parsing a value');
  }
  if (byte !== token.quote) throw cursor.failNext('key must be a string');
  return true;
}

export function skipColon(cursor: Cursor): void {
  const byte = cursor.peekToken();
  if (byte === -1) throw cursor.failNext('EOF while parsing an object');
  if (byte !== token.colon) throw cursor.failNext('expected `:`');
  cursor.at += 1;
}

/** Writes a value as serde_json does: without blanks, and with the keys in the order of their bytes. */
export function writeValue(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return writeDouble(value);
  if (isArray(value)) return `[${value.map(writeValue).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = sortedEntries(value).map(([key, member]) => `${JSON.stringify(key)}:${writeValue(member)}`);
  return `{${members.join(',')}}`;
}

/** The members of an object in the order of the bytes of their keys. */
export function sortedEntries<T>(object: Readonly<Record<string, T>>): (readonly [string, T])[] {
  return Object.entries(object).sort(([a], [b]) => compareBytes(a, b));
}

/** The order of UTF-8, which is that of code points and not that of UTF-16. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
