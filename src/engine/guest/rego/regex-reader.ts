/** A pattern that policy-server cannot use; the message says why, in the words of Rust's regex crate. */
export class RegexError extends Error {}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  t: '\t',
  n: '\n',
  r: '\r',
  v: '\v',
};
const digitsAfter: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A place in a pattern. It throws a RegexError at the end of one that goes on. */
export class RegexReader {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  get done(): boolean {
    return this.#at >= this.#characters.length;
  }

  /** The character that comes, or one behind it; empty at the end. */
  peek(offset = 0): string {
    return this.#characters[this.#at + offset] ?? '';
  }

  next(): string {
    if (this.done) throw new RegexError('incomplete escape sequence, reached end of pattern prematurely');
    this.#at += 1;
    return this.#characters[this.#at - 1] ?? '';
  }

  skip(count: number): void {
    this.#at += count;
  }

  take(character: string): boolean {
    const found = this.peek() === character;
    if (found) this.#at += 1;
    return found;
  }

  /** What of the rest a pattern matches. */
  match(pattern: RegExp): RegExpExecArray | null {
    return pattern.exec(this.#characters.slice(this.#at, this.#at + 200).join(''));
  }

  /** The characters before this one, which is passed as well. */
  until(end: string): string {
    const index = this.#characters.indexOf(end, this.#at);
    if (index === -1) throw new RegexError('incomplete escape sequence, reached end of pattern prematurely');
    const text = this.#characters.slice(this.#at, index).join('');
    this.#at = index + 1;
    return text;
  }

  /** Blanks, and comments up to the end of their line. */
  skipBlanks(): void {
    while (!this.done) {
      if (/\s/u.test(this.peek())) this.#at += 1;
      else if (this.peek() === '#') this.#skipLine();
      else return;
    }
  }

  #skipLine(): void {
    const end = this.#characters.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#characters.length : end + 1;
  }

  /** An operator between sets, if it is next. */
  takeOperator(): string | undefined {
    const operator = this.peek() + this.peek(1);
    if (!/^(?:&&|--|~~)$/.test(operator)) return undefined;
    this.skip(2);
    return operator;
  }

  /** Whether a range follows the item that was read, and not a dash at the end. */
  startsRange(): boolean {
    return this.peek() === '-' && this.peek(1) !== ']' && this.peek(1) !== '-';
  }

  /** The code point that a backslash and this letter stand for, as for the rest of what belongs to it. */
  readEscape(letter: string): number {
    if (/[0-9]/.test(letter)) throw new RegexError('backreferences are not supported');
    const simple = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined;
    if (simple !== undefined) return simple.codePointAt(0) ?? 0;
    if (Object.hasOwn(digitsAfter, letter)) return this.#readHex(digitsAfter[letter] ?? 0);
    if (!/^[\x20-\x7e\t\n\r\0-\x1f\x7f]$/.test(letter) || /[A-Za-z<>]/.test(letter))
      throw new RegexError('unrecognized escape sequence');
    return letter.codePointAt(0) ?? 0;
  }

  #readHex(count: number): number {
    const digits = this.take('{')
      ? this.until('}')
      : Array.from({ length: count }, () => this.next()).join('');
    if (digits === '') throw new RegexError('hexadecimal literal empty');
    if (!/^[0-9a-fA-F]+$/.test(digits)) throw new RegexError('invalid hexadecimal digit');
    const code = Number.parseInt(digits, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      throw new RegexError('hexadecimal literal is not a Unicode scalar value');
    return code;
  }
}
