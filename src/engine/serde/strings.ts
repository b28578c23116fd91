import type { Cursor } from './cursor.ts';

const [quote, backslash, letterU] = [0x22, 0x5c, 0x75];
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A string, whose quote is the next byte. Throws a SerdeError. */
export function readString(cursor: Cursor): string {
  cursor.at += 1;
  let text = '';
  for (;;) {
    const start = cursor.at;
    const stop = findStop(cursor);
    cursor.at += 1;
    text += decode(cursor, start);
    if (stop === quote) return text;
    text += readEscape(cursor);
  }
}

/** Goes past a string that nobody wants, which may hold more than one that is read. */
export function skipString(cursor: Cursor): void {
  cursor.at += 1;
  while (findStop(cursor, true) !== quote) {
    cursor.at += 1;
    const letter = readLetter(cursor);
    if (letter === 'u') readUnit(cursor);
  }
  cursor.at += 1;
}

/** The quote or the backslash that comes next. The fault of a control character is before it in a string that is passed over. */
function findStop(cursor: Cursor, passedOver = false): number {
  for (;;) {
    const byte = cursor.peek();
    if (byte === -1) throw cursor.fail('EOF while parsing a string');
    if (byte === quote || byte === backslash) return byte;
    if (byte >= 0x20 || !passedOver) cursor.at += 1;
    if (byte < 0x20) throw cursor.fail('control character (\\u0000-\\u001F) found while parsing a string');
  }
}

function decode(cursor: Cursor, start: number): string {
  try {
    return decoder.decode(cursor.bytes.subarray(start, cursor.at - 1));
  } catch {
    throw cursor.fail('invalid unicode code point');
  }
}

function readLetter(cursor: Cursor): string {
  const byte = cursor.next();
  if (byte === -1) throw cursor.fail('EOF while parsing a string');
  const letter = String.fromCharCode(byte);
  if (letter !== 'u' && !Object.hasOwn(escapes, letter)) throw cursor.fail('invalid escape');
  return letter;
}

function readEscape(cursor: Cursor): string {
  const letter = readLetter(cursor);
  if (letter !== 'u') return escapes[letter] ?? '';
  const unit = readUnit(cursor);
  if (isTrailing(unit)) throw cursor.fail('lone leading surrogate in hex escape');
  return isLeading(unit) ? String.fromCharCode(unit, readTrailing(cursor)) : String.fromCharCode(unit);
}

function readTrailing(cursor: Cursor): number {
  for (const expected of [backslash, letterU]) {
    const byte = cursor.next();
    if (byte === -1) throw cursor.fail('EOF while parsing a string');
    if (byte !== expected) throw cursor.fail('unexpected end of hex escape');
  }
  const unit = readUnit(cursor);
  if (!isTrailing(unit)) throw cursor.fail('lone leading surrogate in hex escape');
  return unit;
}

function readUnit(cursor: Cursor): number {
  if (cursor.bytes.length - cursor.at < 4) {
    cursor.at = cursor.bytes.length;
    throw cursor.fail('EOF while parsing a string');
  }
  const digits = String.fromCharCode(...cursor.bytes.subarray(cursor.at, cursor.at + 4));
  cursor.at += 4;
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw cursor.fail('invalid escape');
  return Number.parseInt(digits, 16);
}

function isLeading(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isTrailing(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
