import type { Cursor } from './cursor.ts';

const maxSignificand = 2n ** 64n - 1n;
const maxExponent = 2 ** 31 - 1;
const [zero, nine, dot, minus, plus] = [0x30, 0x39, 0x2e, 0x2d, 0x2b];

type Parts = { readonly negative: boolean; readonly significand: bigint; readonly exponent: number };

/**
 * A number as serde_json has it: an integer of 64 bits is a bigint, all else is a double, and that by serde_json's arithmetic, which may be
 * one bit off. Throws a SerdeError.
 */
export function readNumber(cursor: Cursor): bigint | number {
  const negative = cursor.peek() === minus;
  if (negative) cursor.at += 1;
  const { significand, isWhole, dropped } = readWhole(cursor);
  const parts = { negative, significand, exponent: dropped };
  if (cursor.peek() === dot) return readFraction(cursor, parts);
  if (isExponent(cursor.peek())) return readExponent(cursor, parts);
  if (!isWhole) return toDouble(cursor, parts);
  const value = negative ? -significand : significand;
  return (negative && value === 0n) || value < -(2n ** 63n) ? Number(-significand) || -0 : value;
}

type Whole = { readonly significand: bigint; readonly isWhole: boolean; readonly dropped: number };

/** Digits beyond 64 bits only count for the size. */
function readWhole(cursor: Cursor): Whole {
  const first = cursor.next();
  if (first === zero) {
    if (isDigit(cursor.peek())) throw cursor.failNext('invalid number');
    return { significand: 0n, isWhole: true, dropped: 0 };
  }
  if (first === -1) throw cursor.fail('EOF while parsing a value');
  if (!isDigit(first)) throw cursor.fail('invalid number');
  let significand = BigInt(first - zero);
  while (isDigit(cursor.peek())) {
    const more = significand * 10n + BigInt(cursor.peek() - zero);
    if (more > maxSignificand) return { significand, isWhole: false, dropped: skipDigits(cursor) };
    significand = more;
    cursor.at += 1;
  }
  return { significand, isWhole: true, dropped: 0 };
}

function readFraction(cursor: Cursor, { negative, ...before }: Parts): number {
  cursor.at += 1;
  let { significand, exponent } = before;
  if (!isDigit(cursor.peek()))
    throw cursor.peek() === -1
      ? cursor.failNext('EOF while parsing a value')
      : cursor.failNext('invalid number');
  while (isDigit(cursor.peek())) {
    const more = significand * 10n + BigInt(cursor.peek() - zero);
    if (more > maxSignificand) break;
    significand = more;
    exponent -= 1;
    cursor.at += 1;
  }
  skipDigits(cursor);
  const parts = { negative, significand, exponent };
  return isExponent(cursor.peek()) ? readExponent(cursor, parts) : toDouble(cursor, parts);
}

function readExponent(cursor: Cursor, { exponent, ...parts }: Parts): number {
  cursor.at += 1;
  const sign = cursor.peek();
  if (sign === plus || sign === minus) cursor.at += 1;
  const first = cursor.next();
  if (first === -1) throw cursor.fail('EOF while parsing a value');
  if (!isDigit(first)) throw cursor.fail('invalid number');
  let value = first - zero;
  while (isDigit(cursor.peek())) {
    value = value * 10 + cursor.next() - zero;
    if (value > maxExponent) return overflow(cursor, parts, sign !== minus);
  }
  const total = sign === minus ? exponent - value : exponent + value;
  return toDouble(cursor, { ...parts, exponent: total });
}

function overflow(
  cursor: Cursor,
  { negative, significand }: Omit<Parts, 'exponent'>,
  large: boolean,
): number {
  if (large && significand !== 0n) throw cursor.fail('number out of range');
  skipDigits(cursor);
  return negative ? -0 : 0;
}

function toDouble(cursor: Cursor, { negative, significand, exponent }: Parts): number {
  let value = Number(significand);
  let left = exponent;
  while (left < -308 && value !== 0) {
    value /= 1e308;
    left += 308;
  }
  if (value !== 0) value = left < 0 ? value / power(-left) : value * power(left);
  if (!Number.isFinite(value)) throw cursor.fail('number out of range');
  return negative ? -value : value;
}

function power(exponent: number): number {
  return Number(`1e${exponent}`);
}

function skipDigits(cursor: Cursor): number {
  const start = cursor.at;
  while (isDigit(cursor.peek())) cursor.at += 1;
  return cursor.at - start;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

function isExponent(byte: number): boolean {
  return byte === 0x65 || byte === 0x45;
}

/** A double as serde_json writes it: it always looks like one. */
export function writeDouble(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const scientific = value.toExponential();
  const [significand = '', power = ''] = scientific.split('e');
  const point = Number(power) + 1;
  if (point > 16 || point <= -5) return scientific;
  const sign = value < 0 ? '-' : '';
  const digits = significand.replaceAll(/[-.]/g, '');
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point) || '0'}`;
}
