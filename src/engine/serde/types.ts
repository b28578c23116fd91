import { Cursor, type SerdeError } from './cursor.ts';
import { debugText } from './debug-text.ts';
import { writeDouble } from './numbers.ts';
import { skipValue } from './skip.ts';
import { readString } from './strings.ts';
import { hasItem, readList, readMembers, readSimple, skipColon } from './value.ts';

/** Reads what a Rust program has a type for, and fails in the words that it would fail with. */
export type Read<T> = ((cursor: Cursor) => T) & { readonly absent?: { readonly value: T } };

/** A text that holds one such value and no more. Throws a SerdeError. */
export function parseTyped<T>(text: Uint8Array, read: Read<T>): T {
  const cursor = new Cursor(text);
  const value = read(cursor);
  cursor.end();
  return value;
}

export function readBoolean(cursor: Cursor): boolean {
  const value = peekKind(cursor) === 'boolean' ? readSimple(cursor) : undefined;
  if (typeof value === 'boolean') return value;
  throw unexpected(cursor, 'a boolean');
}

export function readText(cursor: Cursor): string {
  if (peekKind(cursor) !== 'string') throw unexpected(cursor, 'a string');
  return readString(cursor);
}

/** An unsigned number of 16 bits. */
export function readU16(cursor: Cursor): number {
  if (peekKind(cursor) !== 'number') throw unexpected(cursor, 'u16');
  const value = readSimple(cursor);
  if (typeof value === 'bigint' && value >= 0n && value <= 0xffffn) return Number(value);
  const problem = typeof value === 'bigint' ? 'invalid value' : 'invalid type';
  throw cursor.fail(`${problem}: ${nameSimple(value)}, expected u16`);
}

/** What may be null or absent. */
export function optional<T>(read: Read<T>): Read<T | undefined> {
  const readOptional = (cursor: Cursor): T | undefined => {
    if (peekKind(cursor) !== 'null') return read(cursor);
    readSimple(cursor);
    return undefined;
  };
  return Object.assign(readOptional, { absent: { value: undefined } });
}

/** What may be absent, but not null. */
export function withDefault<T>(read: Read<T>, value: T): Read<T> {
  return Object.assign((cursor: Cursor) => read(cursor), { absent: { value } });
}

export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (cursor) => {
    if (peekKind(cursor) !== 'list') throw unexpected(cursor, 'a sequence');
    return readList(cursor, () => read(cursor));
  };
}

/** Of a key that is there twice the last value counts. */
export function mapOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (cursor) => {
    if (peekKind(cursor) !== 'object') throw unexpected(cursor, 'a map');
    const members = new Map<string, T>();
    readMembers(cursor, (key) => {
      skipColon(cursor);
      members.set(key, read(cursor));
    });
    return Object.fromEntries(members);
  };
}

/** One of some words. */
export function wordOf<const T extends string>(...words: readonly T[]): Read<T> {
  return (cursor) => {
    if (peekKind(cursor) === 'object') return readTagged(cursor, words);
    if (peekKind(cursor) !== 'string')
      throw cursor.failNext(cursor.peekToken() === -1 ? 'EOF while parsing a value' : 'expected value');
    return readWord(cursor, words);
  };
}

function readWord<T extends string>(cursor: Cursor, words: readonly T[]): T {
  const text = readString(cursor);
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  const list = words.map((candidate) => `\`${candidate}\``);
  const expected = list.length === 2 ? list.join(' or ') : `one of ${list.join(', ')}`;
  throw cursor.fail(`unknown variant \`${text}\`, expected ${expected}`);
}

/** Such a word may also stand as `{"word":null}`. */
function readTagged<T extends string>(cursor: Cursor, words: readonly T[]): T {
  return cursor.nest(() => {
    if (cursor.peekToken() !== 0x22) throw cursor.failNext('expected value');
    const word = readWord(cursor, words);
    skipColon(cursor);
    if (peekKind(cursor) !== 'null') throw unexpected(cursor, 'unit');
    readSimple(cursor);
    if (cursor.peekToken() !== 0x7d) throw cursor.failNext('expected value');
    cursor.at += 1;
    return word;
  });
}

type Fields = Readonly<Record<string, Read<unknown>>>;
type Struct<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> };

/** An object with these fields; others are passed over. The fields may also be in a list, in this order. */
export function structOf<const F extends Fields>(name: string, fields: F): Read<Struct<F>> {
  return (cursor) => {
    const kind = peekKind(cursor);
    if (kind !== 'list' && kind !== 'object') throw unexpected(cursor, `struct ${name}`);
    const found = kind === 'list' ? readFieldList(cursor, name, fields) : readFields(cursor, fields);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- each field was read by its own function, or has its default
    return Object.fromEntries(found) as Struct<F>;
  };
}

function readFields(cursor: Cursor, fields: Fields): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  readMembers(cursor, (key) => {
    const read = Object.hasOwn(fields, key) ? fields[key] : undefined;
    cursor.peekToken();
    if (found.has(key)) throw cursor.fail(`duplicate field \`${key}\``);
    skipColon(cursor);
    if (read === undefined) skipValue(cursor);
    else found.set(key, read(cursor));
  });
  for (const [field, { absent }] of Object.entries(fields)) {
    if (found.has(field)) continue;
    if (absent === undefined) throw cursor.fail(`missing field \`${field}\``);
    found.set(field, absent.value);
  }
  return found;
}

function readFieldList(cursor: Cursor, name: string, fields: Fields): ReadonlyMap<string, unknown> {
  const entries = Object.entries(fields);
  const found = new Map<string, unknown>();
  return cursor.nest(() => {
    for (const [field, read] of entries) {
      if (!hasItem(cursor, found.size === 0)) {
        cursor.at += 1;
        const wanted = `struct ${name} with ${entries.length} elements`;
        throw cursor.fail(`invalid length ${found.size}, expected ${wanted}`);
      }
      found.set(field, read(cursor));
    }
    endList(cursor);
    return found;
  });
}

function endList(cursor: Cursor): void {
  const comma = cursor.peekToken() === 0x2c;
  if (comma) cursor.at += 1;
  const byte = cursor.peekToken();
  if (byte === -1 && !comma) throw cursor.failNext('EOF while parsing a list');
  if (byte !== 0x5d) throw cursor.failNext('trailing characters');
  if (comma) throw cursor.failNext('trailing comma');
  cursor.at += 1;
}

type Kind = 'null' | 'boolean' | 'number' | 'string' | 'list' | 'object' | 'none';

function peekKind(cursor: Cursor): Kind {
  const letter = String.fromCharCode(Math.max(cursor.peekToken(), 0));
  if (/[-0-9]/.test(letter)) return 'number';
  return Object.hasOwn(kinds, letter) ? (kinds[letter] ?? 'none') : 'none';
}

const kinds: Readonly<Record<string, Kind>> = {
  n: 'null',
  t: 'boolean',
  f: 'boolean',
  '"': 'string',
  '[': 'list',
  '{': 'object',
};

/** Why the next value is not what was expected. */
function unexpected(cursor: Cursor, expected: string): SerdeError {
  switch (peekKind(cursor)) {
    case 'list':
      return cursor.fail(`invalid type: sequence, expected ${expected}`);
    case 'object':
      return cursor.fail(`invalid type: map, expected ${expected}`);
    case 'string':
      return failType(cursor, `string ${debugText(readString(cursor))}`, expected);
    case 'none':
      return cursor.failNext(cursor.peek() === -1 ? 'EOF while parsing a value' : 'expected value');
    case 'null':
    case 'boolean':
    case 'number':
      return failType(cursor, nameSimple(readSimple(cursor)), expected);
  }
}

function failType(cursor: Cursor, found: string, expected: string): SerdeError {
  return cursor.fail(`invalid type: ${found}, expected ${expected}`);
}

function nameSimple(value: null | boolean | bigint | number): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return `boolean \`${String(value)}\``;
  return typeof value === 'bigint' ? `integer \`${value}\`` : `floating point \`${writeDouble(value)}\``;
}
