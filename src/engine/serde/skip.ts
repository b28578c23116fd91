import type { Cursor } from './cursor.ts';
import { skipString } from './strings.ts';

const [list, object] = ['[', '{'] as const;
type Frame = typeof list | typeof object;

/**
 * Goes past a value that nobody wants, as serde_json does: such a value may be of any depth, and its texts and numbers stranger than those
 * that are read. Throws a SerdeError.
 */
export function skipValue(cursor: Cursor): void {
  const frames: Frame[] = [];
  do {
    const opened = skipStart(cursor);
    if (opened !== undefined) frames.push(opened);
    skipEnds(cursor, frames, opened === undefined);
    if (frames.at(-1) === object) skipKey(cursor);
  } while (frames.length > 0);
}

/** A simple value, or the beginning of another. */
function skipStart(cursor: Cursor): Frame | undefined {
  const byte = cursor.peekToken();
  if (byte === -1) throw cursor.failNext('EOF while parsing a value');
  const letter = String.fromCharCode(byte);
  if (letter === list || letter === object) {
    cursor.at += 1;
    return letter;
  }
  if (letter === '"') skipString(cursor);
  else if (/[-0-9]/.test(letter)) skipNumber(cursor);
  else if (Object.hasOwn(words, letter)) cursor.word(words[letter] ?? '');
  else throw cursor.failNext('expected value');
  return undefined;
}

const words: Readonly<Record<string, string>> = { n: 'ull', t: 'rue', f: 'alse' };

/** The ends of lists and objects, and the comma before what follows them. */
function skipEnds(cursor: Cursor, frames: Frame[], afterValue: boolean): void {
  for (let needsComma = afterValue; frames.length > 0; needsComma = true) {
    const frame = frames.at(-1);
    const letter = String.fromCharCode(Math.max(cursor.peekToken(), 0));
    if (cursor.peek() === -1)
      throw cursor.failNext(`EOF while parsing ${frame === list ? 'a list' : 'an object'}`);
    if (letter === ',' && needsComma) {
      cursor.at += 1;
      return;
    }
    if (letter !== (frame === list ? ']' : '}')) {
      if (needsComma) throw cursor.failNext(`expected \`,\` or \`${frame === list ? ']' : '}'}\``);
      return;
    }
    cursor.at += 1;
    frames.pop();
  }
}

function skipKey(cursor: Cursor): void {
  const quote = cursor.peekToken();
  if (quote === -1) throw cursor.failNext('EOF while parsing an object');
  if (quote !== 0x22) throw cursor.failNext('key must be a string');
  skipString(cursor);
  const colon = cursor.peekToken();
  if (colon === -1) throw cursor.failNext('EOF while parsing an object');
  if (colon !== 0x3a) throw cursor.failNext('expected `:`');
  cursor.at += 1;
}

function skipNumber(cursor: Cursor): void {
  if (cursor.peek() === 0x2d) cursor.at += 1;
  const first = cursor.next();
  if (!isDigit(first)) throw cursor.fail('invalid number');
  if (first === 0x30 && isDigit(cursor.peek())) throw cursor.failNext('invalid number');
  skipDigits(cursor);
  if (cursor.peek() === 0x2e) {
    cursor.at += 1;
    if (!isDigit(cursor.peek())) throw cursor.failNext('invalid number');
    skipDigits(cursor);
  }
  skipExponent(cursor);
}

function skipExponent(cursor: Cursor): void {
  if (cursor.peek() !== 0x65 && cursor.peek() !== 0x45) return;
  cursor.at += 1;
  if (cursor.peek() === 0x2b || cursor.peek() === 0x2d) cursor.at += 1;
  if (!isDigit(cursor.next())) throw cursor.fail('invalid number');
  skipDigits(cursor);
}

function skipDigits(cursor: Cursor): void {
  while (isDigit(cursor.peek())) cursor.at += 1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
