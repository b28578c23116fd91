const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const escape = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/;

/** What stands at `position` is no JSON, or not what has to stand there. */
export class JsonSyntaxError extends Error {
  constructor(position: number) {
    super(`malformed or truncated JSON (at byte ${position})`);
    this.name = 'JsonSyntaxError';
  }
}

/** Where a piece of JSON text lies in the bytes around it; `end` is exclusive. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * Walks the members of the object at `start`. `onMember` gets each key and where its value starts, and returns where that
 * value ends. Returns the end of the object. This and the functions below throw a JsonSyntaxError for anything that is not JSON.
 */
export function walkObject(
  bytes: Buffer,
  start: number,
  onMember: (key: string, valueStart: number) => number,
): number {
  let pos = skipByte(bytes, start, openBrace);
  if (bytes[pos] === closeBrace) return pos + 1;
  for (;;) {
    const keyEnd = skipString(bytes, pos);
    const valueStart = skipByte(bytes, skipSpace(bytes, keyEnd), colon);
    const valueEnd = onMember(decodeString(bytes, { start: pos, end: keyEnd }), valueStart);
    pos = skipSpace(bytes, valueEnd);
    if (bytes[pos] === closeBrace) return pos + 1;
    pos = skipByte(bytes, pos, comma);
  }
}

/** Walks the elements of the array at `start`; otherwise like walkObject. */
export function walkArray(bytes: Buffer, start: number, onElement: (start: number) => number): number {
  let pos = skipByte(bytes, start, openBracket);
  if (bytes[pos] === closeBracket) return pos + 1;
  for (;;) {
    pos = skipSpace(bytes, onElement(pos));
    if (bytes[pos] === closeBracket) return pos + 1;
    pos = skipByte(bytes, pos, comma);
  }
}

/** Checks the value at `start` against the whole grammar and returns its end. Not recursive: nesting may be of any depth. */
export function skipValue(bytes: Buffer, start: number): number {
  const closers: number[] = [];
  let pos = start;
  do {
    const byte = bytes[pos];
    if (byte === openBrace || byte === openBracket) {
      const closer = byte + 2; // in ASCII, `}` and `]` come two places after their openers
      pos = skipSpace(bytes, pos + 1);
      if (bytes[pos] !== closer) {
        closers.push(closer);
        pos = closer === closeBrace ? skipKey(bytes, pos) : pos;
        continue;
      }
      pos += 1;
    } else {
      pos = byte === quote ? skipString(bytes, pos) : skipScalar(bytes, pos);
    }
    pos = leaveContainers(bytes, pos, closers);
  } while (closers.length > 0);
  return pos;
}

/** After a value: closes what ends here, and goes to the next value when one follows. */
function leaveContainers(bytes: Buffer, start: number, closers: number[]): number {
  let pos = start;
  for (let closer = closers.at(-1); closer !== undefined; closer = closers.at(-1)) {
    pos = skipSpace(bytes, pos);
    if (bytes[pos] !== closer) {
      pos = skipByte(bytes, pos, comma);
      return closer === closeBrace ? skipKey(bytes, pos) : pos;
    }
    closers.pop();
    pos += 1;
  }
  return pos;
}

export function skipSpace(bytes: Buffer, start: number): number {
  let pos = start;
  for (let byte = bytes[pos]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; ) {
    pos += 1;
    byte = bytes[pos];
  }
  return pos;
}

/** The string at `range`, quotes included, as JSON.parse would give it. */
export function decodeString(bytes: Buffer, range: ByteRange): string {
  const text = bytes.toString('utf8', range.start + 1, range.end - 1);
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

function skipString(bytes: Buffer, start: number): number {
  if (bytes[start] !== quote) throw new JsonSyntaxError(start);
  let pos = start + 1;
  for (;;) {
    const byte = bytes[pos];
    if (byte === quote) return pos + 1;
    if (byte === backslash) pos = skipEscape(bytes, pos);
    else if (byte === undefined || byte < 0x20) throw new JsonSyntaxError(pos);
    else pos += 1;
  }
}

function skipEscape(bytes: Buffer, start: number): number {
  const match = escape.exec(bytes.toString('latin1', start, start + 6));
  if (match === null) throw new JsonSyntaxError(start);
  return start + match[0].length;
}

function skipKey(bytes: Buffer, start: number): number {
  return skipByte(bytes, skipSpace(bytes, skipString(bytes, start)), colon);
}

/** Skips the byte that has to be here, and the white space after it. */
function skipByte(bytes: Buffer, start: number, byte: number): number {
  if (bytes[start] !== byte) throw new JsonSyntaxError(start);
  return skipSpace(bytes, start + 1);
}

function skipScalar(bytes: Buffer, start: number): number {
  let end = start;
  while (isScalarByte(bytes[end])) end += 1;
  const text = bytes.toString('latin1', start, end);
  if (text !== 'true' && text !== 'false' && text !== 'null' && !number.test(text))
    throw new JsonSyntaxError(start);
  return end;
}

/** Letters, digits, `+`, `-` and `.`: enough to find the end, the text is checked as a whole. */
function isScalarByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  const letterOrDigit = (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
  return letterOrDigit || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}
