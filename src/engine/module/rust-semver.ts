import { debugText } from '../serde/debug-text.ts';

/** A version as Rust's semver crate reads it. Unlike in the standard, the build metadata count for the order. */
export type RustVersion = {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly pre: string;
  readonly build: string;
};

/** A text that is not a version; the message is that of the crate. */
export class SemverError extends Error {}

const maxNumber = 2n ** 64n - 1n;
const names = {
  major: 'major version number',
  minor: 'minor version number',
  patch: 'patch version number',
  pre: 'pre-release identifier',
  build: 'build metadata',
} as const;

/** Throws a SemverError. */
export function parseRustVersion(text: string): RustVersion {
  if (text === '') throw new SemverError('empty string, expected a semver version');
  const major = readNumber(text, names.major);
  const afterMajor = readDot(text.slice(major.length), names.major);
  const minor = readNumber(afterMajor, names.minor);
  const afterMinor = readDot(afterMajor.slice(minor.length), names.minor);
  const patch = readNumber(afterMinor, names.patch);
  const numbers = { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch) };
  return { ...numbers, ...readTail(afterMinor.slice(patch.length)) };
}

function readTail(text: string): Pick<RustVersion, 'pre' | 'build'> {
  const pre = text.startsWith('-') ? readIdentifier(text.slice(1), names.pre) : '';
  const afterPre = text.slice(pre === '' ? 0 : pre.length + 1);
  const build = afterPre.startsWith('+') ? readIdentifier(afterPre.slice(1), names.build) : '';
  const rest = afterPre.slice(build === '' ? 0 : build.length + 1);
  const last = build ? names.build : pre ? names.pre : names.patch;
  if (rest !== '') throw new SemverError(`unexpected character ${quoteFirst(rest)} after ${last}`);
  return { pre, build };
}

function readNumber(text: string, part: string): string {
  const [digits = ''] = /^\d*/.exec(text) ?? [];
  if (digits === '') {
    if (text === '') throw new SemverError(`unexpected end of input while parsing ${part}`);
    throw new SemverError(`unexpected character ${quoteFirst(text)} while parsing ${part}`);
  }
  if (digits.length > 1 && digits.startsWith('0')) throw new SemverError(`invalid leading zero in ${part}`);
  if (BigInt(digits) > maxNumber) throw new SemverError(`value of ${part} exceeds u64::MAX`);
  return digits;
}

function readDot(text: string, part: string): string {
  if (text.startsWith('.')) return text.slice(1);
  if (text === '') throw new SemverError(`unexpected end of input while parsing ${part}`);
  throw new SemverError(`unexpected character ${quoteFirst(text)} after ${part}`);
}

function readIdentifier(text: string, part: string): string {
  const [identifier = ''] = /^[0-9A-Za-z.-]*/.exec(text) ?? [];
  for (const segment of identifier.split('.')) {
    if (segment === '') throw new SemverError(`empty identifier segment in ${part}`);
    if (part === names.pre && /^0\d+$/.test(segment))
      throw new SemverError(`invalid leading zero in ${part}`);
  }
  return identifier;
}

function quoteFirst(text: string): string {
  const [first = ''] = text;
  if (first === "'") return "'\\''";
  return `'${first === '"' ? first : debugText(first).slice(1, -1)}'`;
}

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function compareRustVersions(a: RustVersion, b: RustVersion): number {
  return (
    compare(a.major, b.major) ||
    compare(a.minor, b.minor) ||
    compare(a.patch, b.patch) ||
    // A version without a pre-release comes after those that have one.
    compare(Number(a.pre === ''), Number(b.pre === '')) ||
    compareIdentifiers(a.pre, b.pre) ||
    compareIdentifiers(a.build, b.build)
  );
}

function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareSegments(segment, other);
    if (order !== 0) return order;
  }
  return left.length < right.length ? -1 : 0;
}

/** Numbers come before words; of numbers of one value, the one with fewer zeros before it is less. */
function compareSegments(a: string, b: string): number {
  const [aNumeric, bNumeric] = [/^\d*$/.test(a), /^\d*$/.test(b)];
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  if (!aNumeric) return compare(a, b);
  const [aDigits, bDigits] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return compare(aDigits.length, bDigits.length) || compare(aDigits, bDigits) || compare(a.length, b.length);
}

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}
