import { JsonSyntaxError, skipSpace } from './json-scanner.ts';

/** The text of one element of a list that is named, or of any other member: `"key": value`. Not yet checked against the grammar. */
export type JsonPiece = { readonly list: string | undefined; readonly bytes: Buffer };

/** `cut`: it began and did not finish. */
export type JsonEnd = 'whole' | 'cut' | 'empty';

/** A value of more bytes than this is held by no document that is read in this way. */
const maxPieceBytes = 64 * 2 ** 20;

const backslash = 0x5c;
const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const spaces: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** What a byte is outside of a text; a list of numbers, because it is asked for each byte of a document. */
const [plain, quoteMark, openMark, closeMark, commaMark] = [0, 1, 2, 3, 4];
const marks = Uint8Array.from({ length: 256 }, (_, byte) => markOf(byte));

function markOf(byte: number): number {
  if (byte === openBrace || byte === openBracket) return openMark;
  if (byte === closeBrace || byte === closeBracket) return closeMark;
  if (byte === quote) return quoteMark;
  return byte === comma ? commaMark : plain;
}

function markAt(chunk: Buffer, at: number): number | undefined {
  return marks[chunk[at] ?? 0];
}

/** Only what opens inside the object itself may be a list that is given by its elements. */
function isEvent(mark: number | undefined, level: number): boolean {
  return mark !== openMark || level === 1;
}

/**
 * Reads a JSON object of any size chunk by chunk: gives its members one by one, and of those that are named the elements of their
 * lists, so that no more than one of them is held at a time. Throws a JsonSyntaxError for anything that is not a JSON object.
 */
export class JsonMembers {
  readonly #lists: ReadonlySet<string>;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #consumed = 0;
  #depth = 0;
  #state: JsonEnd = 'empty';
  #isInString = false;
  #isEscaped = false;
  /** The member whose elements are given one by one, while its list goes on. */
  #list: string | undefined;
  /** Where nothing may stand instead of a piece: before the end of what is empty, and after a list that was given. */
  #blank: 'at-end' | 'anywhere' | 'nowhere' = 'at-end';

  constructor(lists: readonly string[]) {
    this.#lists = new Set(lists);
  }

  /** Which bytes come next; every piece that ends in them, in order. */
  *push(chunk: Buffer): Generator<JsonPiece> {
    let start = 0;
    for (let at = this.#skip(chunk, 0); at < chunk.length; at = this.#skip(chunk, at + 1)) {
      const byte = chunk[at] ?? 0;
      const before = chunk.subarray(start, at);
      if (marks[byte] === openMark) {
        if (this.#open(byte, before)) start = at + 1;
        continue;
      }
      yield* byte === comma ? this.#take(before, { isEnd: false }) : this.#close(byte, before);
      start = at + 1;
    }
    if (this.#depth > 0) this.#hold(chunk.subarray(start));
    this.#consumed += chunk.length;
  }

  /** Where the next byte is that a piece begins or ends with. What lies deeper is counted here, a step a byte and nothing else. */
  #skip(chunk: Buffer, from: number): number {
    const level = this.#level();
    if (level === 0) return this.#skipOutside(chunk, from);
    let depth = this.#depth;
    let at = this.#isInString ? this.#skipString(chunk, from) : from;
    for (; at < chunk.length; at += 1) {
      const mark = markAt(chunk, at);
      if (mark === plain) continue;
      if (mark === quoteMark) at = this.#skipString(chunk, at + 1) - 1;
      else if (depth === level && isEvent(mark, level)) break;
      else if (mark === openMark) depth += 1;
      else if (mark === closeMark) depth -= 1;
    }
    this.#depth = depth;
    return at;
  }

  /** How deep the pieces lie that are given; 0 outside the object. */
  #level(): number {
    if (this.#depth === 0) return 0;
    return this.#list === undefined ? 1 : 2;
  }

  /** Only blanks may stand before and behind the object. */
  #skipOutside(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && spaces.has(chunk[at] ?? 0)) at += 1;
    if (at < chunk.length && marks[chunk[at] ?? 0] !== openMark) this.#fail(0);
    return at;
  }

  /** The end of the text that goes on at `from`, behind its quote. */
  #skipString(chunk: Buffer, from: number): number {
    let at = this.#isEscaped ? from + 1 : from;
    let byte = chunk[at];
    while (byte !== quote && byte !== undefined) {
      at += byte === backslash ? 2 : 1;
      byte = chunk[at];
    }
    this.#isInString = byte === undefined;
    this.#isEscaped = at > chunk.length;
    return Math.min(at + 1, chunk.length);
  }

  /** To be asked after the last chunk. */
  end(): JsonEnd {
    return this.#state;
  }

  /** Whether what follows is inside the object, or of a list that is given by its elements. */
  #open(byte: number, before: Buffer): boolean {
    this.#depth += 1;
    if (this.#depth === 1) {
      if (byte !== openBrace || this.#state !== 'empty') this.#fail(0);
      this.#state = 'cut';
      return true;
    }
    if (this.#depth !== 2 || this.#list !== undefined || byte !== openBracket) return false;
    const key = this.#keyBefore(before);
    if (key === undefined) return false;
    this.#list = key;
    this.#blank = 'at-end';
    this.#drop();
    return true;
  }

  #keyBefore(before: Buffer): string | undefined {
    const text = Buffer.concat([...this.#held, before]).toString();
    const key = /^\s*"(\w+)"\s*:\s*$/.exec(text)?.[1];
    return key !== undefined && this.#lists.has(key) ? key : undefined;
  }

  *#close(byte: number, rest: Buffer): Generator<JsonPiece> {
    if (byte !== (this.#list === undefined ? closeBrace : closeBracket)) this.#fail(0);
    yield* this.#take(rest, { isEnd: true });
    this.#depth -= 1;
    if (this.#list === undefined) this.#state = 'whole';
    this.#blank = this.#list === undefined ? 'nowhere' : 'anywhere';
    this.#list = undefined;
  }

  /** The piece that ends here, if there is one. */
  *#take(rest: Buffer, { isEnd }: { readonly isEnd: boolean }): Generator<JsonPiece> {
    const bytes = this.#held.length === 0 ? rest : Buffer.concat([...this.#held, rest]);
    this.#drop();
    if (skipSpace(bytes, 0) === bytes.length) {
      if (this.#blank === 'nowhere' || (this.#blank === 'at-end' && !isEnd)) this.#fail(0);
      return;
    }
    this.#blank = 'nowhere';
    yield { list: this.#list, bytes };
  }

  #hold(rest: Buffer): void {
    this.#held.push(rest);
    this.#heldBytes += rest.length;
    if (this.#heldBytes > maxPieceBytes) this.#fail(rest.length);
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #fail(at: number): never {
    throw new JsonSyntaxError(this.#consumed + at);
  }
}
