import { debugText } from './debug-text.ts';

/** JSON that cannot be read, in the words and with the position of serde_json, which is what policy-server reads it with. */
export class SerdeError extends Error {
  readonly why: string;
  readonly line: number;
  readonly column: number;

  constructor(why: string, line: number, column: number) {
    super(`${why} at line ${line} column ${column}`);
    this.name = 'SerdeError';
    this.why = why;
    this.line = line;
    this.column = column;
  }

  /** As Rust's Debug writes it. */
  toDebug(): string {
    return `Error(${debugText(this.why)}, line: ${this.line}, column: ${this.column})`;
  }
}

/** As many lists and objects may be in one another. */
const maxDepth = 127;

const newline = 0x0a;
const blanks: ReadonlySet<number> = new Set([0x20, newline, 0x09, 0x0d]);

/** A place in the bytes of a JSON text. What can be read at it is in the other files of this folder. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next byte, -1 at the end. */
  peek(): number {
    return this.bytes[this.at] ?? -1;
  }

  /** The next byte that is not a blank, -1 at the end. */
  peekToken(): number {
    while (blanks.has(this.peek())) this.at += 1;
    return this.peek();
  }

  next(): number {
    const byte = this.peek();
    if (byte !== -1) this.at += 1;
    return byte;
  }

  /** A fault of what was read last. */
  fail(why: string): SerdeError {
    return this.#failAt(why, this.at);
  }

  /** A fault of the byte that comes next. */
  failNext(why: string): SerdeError {
    return this.#failAt(why, Math.min(this.bytes.length, this.at + 1));
  }

  /** The rest of a word whose first letter is the next byte. */
  word(rest: string): void {
    this.at += 1;
    for (const letter of rest) {
      const byte = this.next();
      if (byte === -1) throw this.fail('EOF while parsing a value');
      if (byte !== letter.charCodeAt(0)) throw this.fail('expected ident');
    }
  }

  /** Reads what is within a list or an object, whose first byte is the next one. */
  nest<T>(read: () => T): T {
    if (this.#depth === maxDepth) throw this.failNext('recursion limit exceeded');
    this.#depth += 1;
    this.at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  /** Nothing but blanks may be left. */
  end(): void {
    if (this.peekToken() !== -1) throw this.failNext('trailing characters');
  }

  #failAt(why: string, index: number): SerdeError {
    let [line, start] = [1, 0];
    for (let at = 0; at < index; at += 1) {
      if (this.bytes[at] !== newline) continue;
      line += 1;
      start = at + 1;
    }
    return new SerdeError(why, line, index - start);
  }
}
