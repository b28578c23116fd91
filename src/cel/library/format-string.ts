import {
  type CelList,
  type CelMap,
  type CelValue,
  celType,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
} from '@bufbuild/cel';
import { undecidable } from '../trace.ts';
import { formatDouble, formatFixed } from '../values/number-format.ts';
import { noSuchOverload, opaqueOf } from './opaque.ts';
import { isOptional } from './optionals.ts';
import { standard } from './standard.ts';

const toStandardText = standard.find('string');
/** More digits than any double has. */
const maxPrecision = 1_000;

/** A value as `string()` and `%s` have it. Throws for what has no text. */
export function toText(value: CelValue): string {
  if (typeof value === 'number') return formatDouble(value);
  const text = toStandardText?.call(0, undefined, [value]);
  if (typeof text !== 'string') return noSuchOverload();
  const isTime = typeof value === 'object' && !(value instanceof Uint8Array);
  return isTime ? shorten(text) : text;
}

/** A duration is a double there, and neither it nor a time ends with zeros. */
function shorten(text: string): string {
  const [, sign, seconds, nanos] = /^(-?)(\d+)\.(\d+)s$/.exec(text) ?? [];
  const isLong = seconds !== undefined && nanos !== undefined && seconds.length + nanos.length > 15;
  const exact = isLong ? `${sign}${Number(seconds) + Number(nanos.padEnd(9, '0')) / 1e9}s` : text;
  return exact.replace(/(\.\d*?)0+([sZ])$/, '$1$2').replace(/\.([sZ])$/, '$1');
}

/** `text.format(args)`. */
export function formatString(text: string, args: CelList): string {
  const values = [...args];
  let next = 0;
  return Array.from(text.matchAll(/%(?:%|(?:\.(\d*))?([^]?))|[^%]+/gu), ([token, precision, clause]) => {
    if (token === '%%' || !token.startsWith('%')) return token === '%%' ? '%' : token;
    const value = values[next];
    next += 1;
    if (value === undefined || precision === '') throw new Error('no such argument');
    return formatClause(clause ?? '', value, precision === undefined ? 6 : Number(precision));
  }).join('');
}

function formatClause(clause: string, value: CelValue, precision: number): string {
  switch (clause) {
    case 's':
      return describe(value);
    case 'f':
      return formatFixed(toDouble(value), checked(precision));
    case 'e':
      // Its power of ten has superscripts, of which nothing is promised.
      return undecidable(`formats ${toDouble(value)} with %e`);
    case 'x':
      return toHex(value);
    case 'X':
      return toHex(value).toUpperCase();
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : toInteger(value).toString(2);
    case 'o':
      return toInteger(value).toString(8);
    case 'd':
      return toInteger(value).toString();
    default:
      throw new Error(`unrecognized formatting clause "${clause}"`);
  }
}

function checked(precision: number): number {
  return precision > maxPrecision ? undecidable('formats with too many digits') : precision;
}

function describe(value: CelValue): string {
  if (value === null) return 'null';
  if (opaqueOf(value) !== undefined || isOptional(value)) return noSuchOverload();
  if (isCelType(value)) return value.name;
  if (isCelList(value)) return `[${Array.from(value, describeInner).join(', ')}]`;
  return isCelMap(value) ? describeMap(value) : toText(value);
}

function describeMap(map: CelMap): string {
  const entries = Array.from(map, ([key, value]) => [describeInner(key), describeInner(value)] as const);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return `{${sorted.map(([key, value]) => `${key}:${value}`).join(', ')}}`;
}

function describeInner(value: CelValue): string {
  if (typeof value === 'string' && /^[ !#-[\]-~]*$/.test(value)) return `"${value}"`;
  const isPlain =
    typeof value === 'bigint' || typeof value === 'boolean' || value === null || isCelUint(value);
  if (isPlain || isCelList(value) || isCelMap(value)) return describe(value);
  // Each of the others has rules of its own for this.
  return undecidable(`formats a list with ${celType(value).name}`);
}

function toDouble(value: CelValue): number {
  if (typeof value === 'number') return value;
  const special = typeof value === 'string' && ['NaN', 'Infinity', '-Infinity'].includes(value);
  return special ? Number(value) : noSuchOverload();
}

function toInteger(value: CelValue): bigint {
  if (typeof value === 'bigint') return value;
  return isCelUint(value) ? value.value : noSuchOverload();
}

function toHex(value: CelValue): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : toInteger(value).toString(16);
}
