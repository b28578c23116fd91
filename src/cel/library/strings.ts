import {
  type CelList,
  CelScalar,
  celFunc,
  celList,
  celMethod,
  isCelError,
  listType,
  objectType,
} from '@bufbuild/cel';
import { spendAll } from '../trace.ts';
import { formatString, toText } from './format-string.ts';
import { standard } from './standard.ts';

const { DOUBLE, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);

/** Characters as Go counts them. */
function runes(text: string): string[] {
  return Array.from(text);
}

function slice(text: string, start: bigint, end: bigint): string {
  const all = runes(text);
  if (start < 0n || start > end || end > BigInt(all.length)) throw new Error('index out of range');
  return all.slice(Number(start), Number(end)).join('');
}

function sizeOf(text: string): bigint {
  return BigInt(runes(text).length);
}

function countTo(text: string, found: number): bigint {
  return found === -1 ? -1n : sizeOf(text.slice(0, found));
}

/** How far into the text, for JavaScript, a character is. */
function unitAt(text: string, offset: bigint): number {
  return runes(text).slice(0, Number(offset)).join('').length;
}

function indexOf(text: string, part: string, offset: bigint): bigint {
  if (offset < 0n) throw new Error('index out of range');
  const size = sizeOf(text);
  if (part === '') return offset > size ? size : offset;
  return offset >= size ? -1n : countTo(text, text.indexOf(part, unitAt(text, offset)));
}

function lastIndexOf(text: string, part: string, offset: bigint): bigint {
  if (offset < 0n) throw new Error('index out of range');
  const size = sizeOf(text);
  if (part === '') return offset > size ? size : offset;
  return offset >= size ? -1n : countTo(text, text.lastIndexOf(part, unitAt(text, offset)));
}

/** At most `limit` parts, all of them if it is negative; the last has the rest. */
function split(text: string, separator: string, limit = -1n): string[] {
  const parts = separator === '' ? runes(text) : text.split(separator);
  spendAll(parts.length);
  if (limit < 0n || BigInt(parts.length) <= limit) return parts;
  if (limit === 0n) return [];
  const first = parts.slice(0, Number(limit) - 1);
  return [...first, parts.slice(Number(limit) - 1).join(separator)];
}

/** An empty text is found before every character and at the end. */
function replace(
  text: string,
  { old, by, limit = -1n }: { old: string; by: string; limit?: bigint },
): string {
  const parts = old === '' ? ['', ...runes(text), ''] : text.split(old);
  // A chain of these doubles the text with each link.
  spendAll(parts.length);
  const count = BigInt(parts.length - 1);
  const most = limit < 0n || limit > count ? count : limit;
  return parts.map((part, index) => (index === 0 ? '' : BigInt(index) <= most ? by : old) + part).join('');
}

const space = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

function trim(text: string): string {
  const all = runes(text);
  const start = all.findIndex((rune) => !space.test(rune));
  return start === -1 ? '' : all.slice(start, all.findLastIndex((rune) => !space.test(rune)) + 1).join('');
}

function join(list: CelList, separator = ''): string {
  const parts = [...list];
  if (!parts.every((part) => typeof part === 'string')) throw new Error('join: invalid input');
  return parts.join(separator);
}

const escapes = new Map(
  Object.entries({ '\u0007': 'a', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' }),
);

function quote(text: string): string {
  return `"${runes(text)
    .map((rune) => (/["\\]/.test(rune) ? `\\${rune}` : escapes.has(rune) ? `\\${escapes.get(rune)}` : rune))
    .join('')}"`;
}

const time = standard.find('timestamp');

/** Seconds since 1970, within the years 1 to 9999. */
function toTimestamp(seconds: bigint) {
  if (seconds < -62_135_596_800n || seconds > 253_402_300_799n) throw new Error('timestamp overflow');
  const found = time?.call(0, undefined, [new Date(Number(seconds) * 1000).toISOString()]);
  if (found === undefined || isCelError(found)) throw new Error('timestamp overflow');
  return found;
}

/** CEL's functions on text, by characters as in Go. */
export const strings = [
  celFunc('strings.quote', [STRING], STRING, quote),
  celMethod('charAt', STRING, [INT], STRING, function (index) {
    return index === sizeOf(this) ? '' : slice(this, index, index + 1n);
  }),
  celMethod('indexOf', STRING, [STRING], INT, function (part) {
    return indexOf(this, part, 0n);
  }),
  celMethod('indexOf', STRING, [STRING, INT], INT, function (part, offset) {
    return indexOf(this, part, offset);
  }),
  celMethod('lastIndexOf', STRING, [STRING], INT, function (part) {
    return part === '' ? sizeOf(this) : countTo(this, this.lastIndexOf(part));
  }),
  celMethod('lastIndexOf', STRING, [STRING, INT], INT, function (part, offset) {
    return lastIndexOf(this, part, offset);
  }),
  celMethod('lowerAscii', STRING, [], STRING, function () {
    return this.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  }),
  celMethod('upperAscii', STRING, [], STRING, function () {
    return this.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  }),
  celMethod('replace', STRING, [STRING, STRING], STRING, function (old, by) {
    return replace(this, { old, by });
  }),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, function (old, by, limit) {
    return replace(this, { old, by, limit });
  }),
  celMethod('split', STRING, [STRING], LIST, function (separator) {
    return celList(split(this, separator));
  }),
  celMethod('split', STRING, [STRING, INT], LIST, function (separator, limit) {
    return celList(split(this, separator, limit));
  }),
  celMethod('substring', STRING, [INT], STRING, function (start) {
    return slice(this, start, sizeOf(this));
  }),
  celMethod('substring', STRING, [INT, INT], STRING, function (start, end) {
    return slice(this, start, end);
  }),
  celMethod('trim', STRING, [], STRING, function () {
    return trim(this);
  }),
  celMethod('join', LIST, [], STRING, function () {
    return join(this);
  }),
  celMethod('join', LIST, [STRING], STRING, function (separator) {
    return join(this, separator);
  }),
  celMethod('format', STRING, [LIST], STRING, function (args) {
    return formatString(this, args);
  }),
  ...[DOUBLE, objectType('google.protobuf.Timestamp'), objectType('google.protobuf.Duration')].map((type) =>
    celFunc('string', [type], STRING, toText),
  ),
  celFunc('timestamp', [INT], DYN, toTimestamp),
];
