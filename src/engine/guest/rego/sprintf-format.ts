import { debugText } from '../../serde/debug-text.ts';

/** A format that policy-server cannot use either; the message is how it says so. */
export class FormatError extends Error {}

/** What follows a `%`, up to the letter that ends it. */
export type Directive = { readonly text: string; readonly verb: string };

/** Texts and directives as they follow each other. `%%` is a text, and stays two signs. */
export type FormatPart = string | Directive;

/**
 * policy-server puts the format between quotes into a template of Go: its escapes mean something, and a quote that is not escaped ends it.
 * Gives the format, and then the strings that it became the first of. Throws a FormatError.
 */
export function unquoteFormat(format: string): readonly string[] {
  const parts = splitQuotes(`"${format}"`);
  return parts.map(({ quoted, before }, index) => {
    if (index > 0 && !/^\s+$/.test(before))
      throw parseError(format, before === '' ? 'unexpected string' : `unexpected ${before.trim()}`);
    return unquote(quoted);
  });
}

type Quoted = { readonly before: string; readonly quoted: string };

function splitQuotes(text: string): readonly Quoted[] {
  const parts: Quoted[] = [];
  let end = 0;
  while (end < text.length) {
    const start = text.indexOf('"', end);
    if (start === -1) throw parseError(text, `unexpected ${text.slice(end)}`);
    const close = findClose(text, start + 1);
    parts.push({ before: text.slice(end, start), quoted: text.slice(start, close + 1) });
    end = close + 1;
  }
  return parts;
}

/** Of several backslashes the last one counts, even if it is escaped itself. */
function findClose(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\n') throw new FormatError(parseErrorText(3, 'unterminated quoted string'));
    if (text[at] === '"' && text[at - 1] !== '\\') return at;
  }
  throw new FormatError(parseErrorText(2, 'unterminated quoted string'));
}

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  "'": "'",
  '"': '"',
  '\\': '\\',
};

function unquote(quoted: string): string {
  const raw = quoted.slice(1, -1);
  let text = '';
  let at = 0;
  while (at < raw.length) {
    const escape = readEscape(raw.slice(at));
    if (escape === undefined) throw new FormatError(parseErrorText(2, `unable to unqote string: ${quoted}`));
    text += escape.value;
    at += escape.length;
  }
  return text;
}

type Escape = { readonly value: string; readonly length: number };

function readEscape(raw: string): Escape | undefined {
  const plain = /^[^\\]+/.exec(raw)?.[0];
  if (plain !== undefined) return { value: plain, length: plain.length };
  const letter = raw[1] ?? '';
  if (Object.hasOwn(escapes, letter)) return { value: escapes[letter] ?? '', length: 2 };
  if (letter === 'x' || letter === 'u') return readUnits(raw, letter);
  return letter === 'U' ? readCodePoint(raw) : undefined;
}

/** Only as the last thing of a format. */
function readCodePoint(raw: string): Escape | undefined {
  const code = /^\\U[0-9a-fA-F]{8}$/.test(raw) ? Number.parseInt(raw.slice(2), 16) : -1;
  const isCharacter = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code >= 0xe000);
  return isCharacter ? { value: String.fromCodePoint(code), length: raw.length } : undefined;
}

/**
 * Bytes (`\x`) or units of UTF-16 (`\u`), of which one character may need several. policy-server takes all that is left for more of them, so
 * there can be little behind one.
 */
function readUnits(raw: string, letter: 'x' | 'u'): Escape | undefined {
  const size = letter === 'x' ? 4 : 6;
  const numbers: number[] = [];
  let at = 0;
  for (; raw.length - at >= size; at += size) {
    const digits = raw.slice(at + 2, at + size);
    if (!/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    numbers.push(Number.parseInt(digits, 16));
  }
  if (numbers.length === 0) return undefined;
  const value = letter === 'x' ? decode(numbers) : String.fromCharCode(...numbers);
  return value.isWellFormed() ? { value, length: at } : undefined;
}

/** A lone surrogate stands for anything that is not UTF-8. */
function decode(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString();
  return text.includes('\ufffd') ? '\ud800' : text;
}

function parseError(format: string, why: string): FormatError {
  return new FormatError(parseErrorText(format.includes('\n') ? 3 : 2, why));
}

function parseErrorText(line: number, why: string): string {
  return `ParseError(WithContext(ErrorContext { name: "", line: ${line} }, ${debugText(why)}))`;
}

/** A fault of what is printed, not of the template. */
export function printError(why: string): FormatError {
  return new FormatError(`ExecError(FuncError(Other(${why})))`);
}

const verbs = 'vVtTbcdoqxXUeEfFgGsp';
const directive = new RegExp(`%%|%([^${verbs}]*)(?:([${verbs}])|$)`, 'gs');

/** Throws a FormatError. */
export function splitFormat(format: string): readonly FormatPart[] {
  const parts: FormatPart[] = [];
  let end = 0;
  for (const match of format.matchAll(directive)) {
    const [source, text, verb] = match;
    if (text === undefined) continue;
    if (verb === undefined) throw printError(`unable to terminate format arg: ${source}`);
    parts.push(format.slice(end, match.index), { text, verb });
    end = match.index + source.length;
  }
  return [...parts, format.slice(end)];
}
