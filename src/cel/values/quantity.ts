import { undecidable } from '../trace.ts';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const nano = -9;
/** Longer numbers and further apart ones are no resources but an attack. */
const maxDigits = 1_000;

const decimal = new Map(
  Object.entries({ '': 0, n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }),
);
const binary = new Map(Object.entries({ Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }));

type Suffix = { readonly base: 2 | 10; readonly exponent: number };
type Parts = {
  readonly sign: 1n | -1n;
  /** Before and after the point, without leading zeros. */
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: Suffix;
  readonly isSmall: boolean;
};

/**
 * A quantity as Kubernetes' own type calculates, `unscaled * 10 ** scale`. Small numbers are kept in an int64, others as a decimal
 * number of any size; that can be told apart from outside, because only the small ones are integers.
 */
export class Quantity {
  #unscaled: bigint;
  #scale: number;
  #isSmall: boolean;

  private constructor(unscaled: bigint, scale: number, isSmall: boolean) {
    this.#unscaled = unscaled;
    this.#scale = scale;
    this.#isSmall = isSmall;
  }

  static ofInt(value: bigint): Quantity {
    return new Quantity(value, 0, true);
  }

  /** Undefined if it is not a quantity. */
  static parse(text: string): Quantity | undefined {
    const parts = text === '' ? undefined : split(text);
    if (parts === undefined) return undefined;
    if (text.length > maxDigits) return tooLong();
    const small = parts.isSmall ? parseSmall(parts) : undefined;
    const { unscaled, scale } = small ?? parseLarge(parts);
    return new Quantity(unscaled, scale, parts.isSmall);
  }

  static isQuantity(text: string): boolean {
    return text !== '' && split(text) !== undefined;
  }

  get sign(): bigint {
    return this.#unscaled === 0n ? 0n : this.#unscaled > 0n ? 1n : -1n;
  }

  /** Undefined if it is no small integer; a large quantity never is. */
  get integer(): bigint | undefined {
    if (!this.#isSmall || this.#scale < 0) return undefined;
    return raise(this.#unscaled, this.#scale);
  }

  get approximateFloat(): number {
    const base = Number(this.#unscaled);
    return this.#scale === 0 ? base : base * pow10(this.#scale);
  }

  /** Negative, zero or positive. To be compared with a large quantity makes this one large, as in the API server. */
  compare(other: Quantity): number {
    const order = this.#order(other);
    if (!this.#isSmall || !other.#isSmall) this.#isSmall = false;
    return order;
  }

  equals(other: Quantity): boolean {
    return this.#order(other) === 0;
  }

  add(other: Quantity): Quantity {
    return (this.#isSmall && other.#isSmall && this.#addSmall(other)) || this.#addLarge(other);
  }

  sub(other: Quantity): Quantity {
    // The smallest int64 has no opposite and stays what it is.
    const wrapped = new Quantity(BigInt.asIntN(64, -other.#unscaled), other.#scale, true);
    return (
      (this.#isSmall && other.#isSmall && this.#addSmall(wrapped)) ||
      this.#addLarge(new Quantity(-other.#unscaled, other.#scale, false))
    );
  }

  #order(other: Quantity): number {
    const distance = int32(Math.abs(this.#scale - other.#scale));
    if (this.#isSmall && other.#isSmall && distance < 0) throw new Error('integer divide by zero');
    const [a, b] = align(this.#parts, other.#parts);
    return a < b ? -1 : Number(a > b);
  }

  #addSmall(other: Quantity): Quantity | undefined {
    if (other.#unscaled === 0n) return new Quantity(this.#unscaled, this.#scale, true);
    if (this.#unscaled === 0n) return new Quantity(other.#unscaled, other.#scale, true);
    const [high, low] = this.#scale >= other.#scale ? [this, other] : [other, this];
    const raised = raise(high.#unscaled, int32(high.#scale - low.#scale));
    const sum = raised === undefined ? undefined : raised + low.#unscaled;
    return sum === undefined || !isInt64(sum) ? undefined : new Quantity(sum, low.#scale, true);
  }

  #addLarge(other: Quantity): Quantity {
    const [a, b] = align(this.#parts, other.#parts);
    return new Quantity(a + b, Math.min(this.#scale, other.#scale), false);
  }

  get #parts(): Scaled {
    return { unscaled: this.#unscaled, scale: this.#scale };
  }
}

type Scaled = { readonly unscaled: bigint; readonly scale: number };

function split(text: string): Parts | undefined {
  const found = /^([+-]?\d*)(\.\d*)?((?:[eEinumkKMGTP]+[-+]?|[-+])\d*)?$/.exec(text);
  const suffix = found === null ? undefined : parseSuffix(found[3] ?? '');
  return suffix && withSuffix(found?.[1] ?? '', found?.[2] ?? '', suffix);
}

function withSuffix(digits: string, decimals: string, suffix: Suffix): Parts | undefined {
  const number = { whole: digits.replace(/^[+-]?0*/, '') || '0', fraction: decimals.slice(1), suffix };
  const isSmall = hasSmallForm(number);
  // No digits are zero, unless it takes a closer look.
  const isNumber = isSmall || /\d/.test(digits + decimals);
  return isNumber ? { ...number, sign: digits.startsWith('-') ? -1n : 1n, isSmall } : undefined;
}

function parseSuffix(unit: string): Suffix | undefined {
  const [tens, twos] = [decimal.get(unit), binary.get(unit)];
  if (tens !== undefined) return { base: 10, exponent: tens };
  if (twos !== undefined) return { base: 2, exponent: twos };
  const digits = /^[eE]([-+]?\d+)$/.exec(unit)?.[1];
  const exponent = digits === undefined ? undefined : BigInt(digits.replace('+', ''));
  if (exponent === undefined || !isInt64(exponent)) return undefined;
  // What does not fit is cut off there, too.
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)) };
}

/** An estimate, but one that can be seen from outside. */
function hasSmallForm({ whole, fraction, suffix }: Omit<Parts, 'sign' | 'isSmall'>): boolean {
  if (suffix.base === 2) return fraction === '' && whole.length + (suffix.exponent * 3) / 10 <= 14;
  return whole.length + fraction.length <= 18 && int32(suffix.exponent - fraction.length) >= nano;
}

function parseSmall({ sign, whole, fraction, suffix }: Parts): Scaled {
  return suffix.base === 2
    ? { unscaled: sign * (BigInt(whole) << BigInt(suffix.exponent)), scale: 0 }
    : { unscaled: sign * BigInt(whole + fraction), scale: int32(suffix.exponent - fraction.length) };
}

function parseLarge({ sign, whole, fraction, suffix }: Parts): Scaled {
  const digits = BigInt(whole + fraction);
  const isBinary = suffix.base === 2;
  const amount = isBinary ? digits << BigInt(suffix.exponent) : digits;
  const scale = int32((isBinary ? 0 : suffix.exponent) - fraction.length);
  if (amount === 0n) return { unscaled: 0n, scale };
  const rounded = roundUp(amount, scale);
  return isBinary && rounded > int64.max * 10n ** 9n
    ? { unscaled: sign * int64.max, scale: 0 }
    : { unscaled: sign * rounded, scale: nano };
}

/** In billionths. What is smaller still is something. */
function roundUp(amount: bigint, scale: number): bigint {
  const shift = scale - nano;
  if (shift >= 0) return amount * power(shift);
  const divisor = power(-shift);
  return amount / divisor + (amount % divisor === 0n ? 0n : 1n);
}

function align(a: Scaled, b: Scaled): [bigint, bigint] {
  const distance = a.scale - b.scale;
  return distance >= 0
    ? [a.unscaled * power(distance), b.unscaled]
    : [a.unscaled, b.unscaled * power(-distance)];
}

function power(exponent: number): bigint {
  return exponent > maxDigits ? tooLong() : 10n ** BigInt(exponent);
}

/** Undefined if it does not fit. A scale that has overflown raises nothing, as there. */
function raise(value: bigint, scale: number): bigint | undefined {
  if (value === 0n || scale <= 0) return value;
  const raised = scale > 18 ? undefined : value * 10n ** BigInt(scale);
  return raised === undefined || !isInt64(raised) ? undefined : raised;
}

/** Of two factors as Go makes it, so that both round alike. */
function pow10(exponent: number): number {
  if (exponent > 308) return Number.POSITIVE_INFINITY;
  if (exponent < -323) return 0;
  const size = Math.abs(exponent);
  const [rough, fine] = [Math.trunc(size / 32) * 32, size % 32];
  return exponent >= 0
    ? Number(`1e${rough}`) * Number(`1e${fine}`)
    : Number(`1e-${rough}`) / Number(`1e${fine}`);
}

function tooLong(): never {
  return undecidable('uses a quantity of too many digits');
}

function isInt64(value: bigint): boolean {
  return value >= int64.min && value <= int64.max;
}

function int32(value: number): number {
  return value | 0;
}
