import type { JsonValue } from '../../serde/value.ts';
import { printError } from './sprintf-format.ts';

/** How one value is to be printed, and which one that is. */
export type Options = {
  readonly sharp: boolean;
  readonly zero: boolean;
  readonly plus: boolean;
  readonly minus: boolean;
  readonly width: number;
  readonly precision: number | undefined;
  readonly argument: number;
};

/**
 * Reads what is between `%` and the verb as policy-server does. `next` is the argument that follows the one printed last.
 * Throws a FormatError.
 */
export function readOptions(text: string, next: number, values: readonly JsonValue[]): Options {
  const [flags = ''] = /^[-+# 0]*/.exec(text) ?? [];
  const reader = new OptionReader(text.slice(flags.length), next, values);
  const width = reader.readWidth();
  const precision = reader.readPrecision();
  const argument = reader.readArgument();
  if (argument >= values.length) throw printError(`unable to process verb: ${text}`);
  return {
    sharp: flags.includes('#'),
    // A zero before the minus does not count.
    zero: flags.slice(flags.lastIndexOf('-') + 1).includes('0') && !width.negative,
    plus: flags.includes('+'),
    minus: flags.includes('-') || width.negative,
    width: width.value,
    precision,
    argument,
  };
}

class OptionReader {
  #rest: string;
  #next: number;
  #afterIndex: boolean = false;
  readonly #values: readonly JsonValue[];

  constructor(text: string, next: number, values: readonly JsonValue[]) {
    this.#rest = text;
    this.#next = next;
    this.#values = values;
  }

  readWidth(): { readonly value: number; readonly negative: boolean } {
    const named = this.#readIndex();
    if (this.#take(/^\*/) !== undefined) {
      const value = this.#takeNumber(named) ?? 0;
      this.#afterIndex = false;
      return { value: Math.abs(value), negative: value < 0 };
    }
    const digits = this.#take(/^\d+/);
    if (digits !== undefined && named) throw printError('width after index (e.g. %[3]2d)');
    return { value: digits === undefined ? 0 : toWidth(digits), negative: false };
  }

  readPrecision(): number | undefined {
    if (this.#rest.length < 2 || this.#take(/^\./) === undefined) return undefined;
    if (this.#afterIndex) throw printError('precision after index (e.g. %[3].2d)');
    const named = this.#readIndex();
    if (this.#take(/^\*/) !== undefined) {
      const value = this.#takeNumber(named);
      return value === undefined ? undefined : Math.abs(value);
    }
    const digits = this.#take(/^\d+/);
    if (digits !== undefined && named) throw printError('precision after index (e.g. %[3].2d)');
    return digits === undefined ? undefined : toWidth(digits);
  }

  readArgument(): number {
    this.#readIndex();
    return this.#next;
  }

  /** Whether the number of an argument, counted from 1, has been read. */
  #readIndex(): boolean {
    if (!this.#rest.startsWith('[')) return this.#afterIndex;
    const end = this.#rest.indexOf(']');
    if (end === -1) throw printError(`missing ] in ${this.#rest}`);
    const index = this.#rest.slice(1, end);
    if (!/^\+?\d+$/.test(index)) throw printError(`unable to parse index: ${whyNoNumber(index)}`);
    // Number 0 is far beyond all others.
    this.#next = Number(index) === 0 ? Number.MAX_SAFE_INTEGER : Number(index) - 1;
    this.#afterIndex = true;
    this.#rest = this.#rest.slice(end + 1);
    return true;
  }

  /** The next argument, if it is an integer. One that was named by its number counts again. */
  #takeNumber(named: boolean): number | undefined {
    const value = this.#values[this.#next];
    if (!named) this.#next += 1;
    return typeof value === 'bigint' ? Number(value) : undefined;
  }

  #take(pattern: RegExp): string | undefined {
    const [taken] = pattern.exec(this.#rest) ?? [];
    this.#rest = this.#rest.slice(taken?.length ?? 0);
    return taken;
  }
}

function whyNoNumber(text: string): string {
  return text === '' ? 'cannot parse integer from empty string' : 'invalid digit found in string';
}

function toWidth(digits: string): number {
  if (BigInt(digits) >= 2n ** 64n)
    throw printError('unable to parse width: number too large to fit in target type');
  return Number(digits);
}
