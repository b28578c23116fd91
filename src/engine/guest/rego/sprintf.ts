import { debugText } from '../../serde/debug-text.ts';
import { isArray, isObject, type JsonValue, sortedEntries } from '../../serde/value.ts';
import { maxTextBytes } from '../text-limit.ts';
import { formatFloat, showFloat } from './go-float.ts';
import { FormatError, printError, splitFormat, unquoteFormat } from './sprintf-format.ts';
import { type Options, readOptions } from './sprintf-options.ts';

/**
 * Formats as policy-server does, which is not quite how Go's fmt does it. Where policy-server crashes, at doubles, it is Go's way. Throws an
 * Error with policy-server's words for what it cannot format.
 */
export function formatLikePolicyServer(format: string, values: readonly JsonValue[]): string {
  try {
    const [first = '', ...strings] = unquoteFormat(format);
    return print(first, [...strings, ...values]);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const template = `{{ printf "${format}" ${values.map((_, index) => `(index . ${index})`).join(' ')}}}`;
    const shown = `[${values.map(debug).join(', ')}]`;
    throw new Error(`Cannot render go template '${template}' with args ${shown}: ${error.message}`, {
      cause: error,
    });
  }
}

function print(format: string, values: readonly JsonValue[]): string {
  let next = 0;
  let text = '';
  for (const part of splitFormat(format)) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const options = readOptions(part.text, next, values);
    text += printValue(values[options.argument] ?? null, part.verb, options);
    next = options.argument + 1;
    if (text.length > maxTextBytes) throw printError(`the text is longer than ${maxTextBytes} bytes`);
  }
  return text;
}

function printValue(value: JsonValue, verb: string, options: Options): string {
  const text = applyVerb(value, verb, options);
  if (text === undefined) throw printError(`unable to format ${show(value)} as ${verb}`);
  return text;
}

function applyVerb(value: JsonValue, verb: string, options: Options): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'bigint') return printInteger(value, verb, options);
  if (typeof value === 'number') {
    checkWidth(options);
    return formatFloat(value, verb, options);
  }
  if (typeof value === 'string') return printString(value, verb, options);
  if (typeof value === 'boolean')
    return verb === 'v' || verb === 't' ? pad(String(value), options) : undefined;
  if (verb !== 'v') return undefined;
  if (isArray(value)) return pad(`[${value.map(show).join(' ')}]`, options);
  const members = sortedEntries(value).map(([key, member]) => `${key}:${show(member)}`);
  return pad(`map[${members.join(' ')}]`, options);
}

function printString(text: string, verb: string, options: Options): string | undefined {
  switch (verb) {
    case 's':
    case 'v':
      return pad(text, options);
    case 'q':
      return pad(Array.from(text, escapeCharacter).join(''), options);
    // Without a zero before a single digit.
    case 'x':
    case 'X': {
      const digits = Array.from(Buffer.from(text), (byte) => byte.toString(16)).join('');
      return verb === 'x' ? digits : digits.toUpperCase();
    }
    default:
      return undefined;
  }
}

const bases: Readonly<Record<string, { readonly base: number; readonly prefix: string }>> = {
  b: { base: 2, prefix: '0b' },
  o: { base: 8, prefix: '0o' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0x' },
};

function printInteger(value: bigint, verb: string, options: Options): string | undefined {
  switch (verb) {
    case 'd':
      return padDecimal(value, options);
    case 'v':
      return value < 0n ? undefined : padDecimal(value, options);
    case 'U':
      return pad(`U+${BigInt.asUintN(64, value).toString(16).toUpperCase()}`, options);
    case 'c':
      return pad(toCharacter(value), options);
    case 'q':
      return pad(`'${escapeCharacter(toCharacter(value)).replace(/^\\u\{(.*)\}$/, '\\u$1')}'`, options);
    default:
      return printBits(value, verb, options);
  }
}

function printBits(value: bigint, verb: string, options: Options): string | undefined {
  const known = Object.hasOwn(bases, verb) ? bases[verb] : undefined;
  if (known === undefined) return undefined;
  const { base, prefix } = known;
  const digits = BigInt.asUintN(64, value).toString(base);
  const parts = { sign: '', prefix: options.sharp ? prefix : '' };
  return padNumber({ ...parts, digits: verb === 'X' ? digits.toUpperCase() : digits }, options);
}

function padDecimal(value: bigint, options: Options): string {
  const sign = value < 0n ? '-' : '';
  return padNumber({ sign, prefix: '', digits: String(value < 0n ? -value : value) }, options);
}

function toCharacter(value: bigint): string {
  const code = Number(BigInt.asUintN(32, value));
  if (code <= 0x10ffff && (code < 0xd800 || code >= 0xe000)) return String.fromCodePoint(code);
  const digits = (value < 0n ? BigInt.asUintN(128, value) : value).toString(16).toUpperCase();
  throw printError(`${digits} is not a valid char`);
}

/** Flags only count beside `+` or `#`. */
function hasFlags({ sharp, plus }: Options): boolean {
  return sharp || plus;
}

/** Wider is a crash of policy-server. */
const maxWidth = 65_535;

function pad(text: string, options: Options): string {
  const { width, precision } = options;
  checkWidth(options);
  const characters = Array.from(text);
  const cut = precision === undefined ? characters : characters.slice(0, precision);
  return cut.join('') + ' '.repeat(Math.max(0, width - cut.length));
}

function checkWidth({ width, precision = 0 }: Options): void {
  const size = Math.max(width, precision);
  if (size > maxWidth) throw printError(`a width of ${size} is more than ${maxWidth}`);
}

type Digits = { readonly sign: string; readonly prefix: string; readonly digits: string };

function padNumber({ sign, prefix, digits }: Digits, options: Options): string {
  checkWidth(options);
  const head = (sign || (options.plus ? '+' : '')) + prefix;
  if (hasFlags(options) && options.zero) return head + digits.padStart(options.width - head.length, '0');
  const text = head + digits;
  return hasFlags(options) && options.minus ? text.padEnd(options.width) : text.padStart(options.width);
}

const characterEscapes: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\r': '\\r',
  '\n': '\\n',
  "'": "\\'",
  '"': '\\"',
  '\\': '\\\\',
};

function escapeCharacter(character: string): string {
  if (Object.hasOwn(characterEscapes, character)) return characterEscapes[character] ?? '';
  return /[ -~]/.test(character) ? character : `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}

/** A value within a list or an object. */
function show(value: JsonValue): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return showFloat(value);
  if (isArray(value)) return `[${value.map(debug).join(', ')}]`;
  return isObject(value) ? debugMembers(value) : String(value);
}

/** A value further within, as Rust's Debug has it. */
function debug(value: JsonValue): string {
  if (value === null) return 'Nil';
  if (typeof value === 'string') return `String(${debugText(value)})`;
  if (typeof value === 'boolean') return `Bool(${String(value)})`;
  if (typeof value === 'bigint') return `Number(Number { n: ${value < 0n ? 'I' : 'U'}(${value}) })`;
  if (typeof value === 'number') return `Number(Number { n: F(${showFloat(value)}) })`;
  if (isArray(value)) return `Array([${value.map(debug).join(', ')}])`;
  return `Map(${debugMembers(value)})`;
}

/** In the order of the keys; policy-server's order is another one each time. */
function debugMembers(object: { readonly [key: string]: JsonValue }): string {
  const members = sortedEntries(object).map(([key, member]) => `${debugText(key)}: ${debug(member)}`);
  return `{${members.join(', ')}}`;
}
