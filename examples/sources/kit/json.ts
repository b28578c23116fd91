/** The kinds of a JSON value. */
export const enum Kind {
  Missing,
  Null,
  Boolean,
  Number,
  Text,
  List,
  Object,
}

/**
 * A JSON value where it lies in its bytes: nothing is read before somebody asks, because a policy looks at little of what it is
 * given. A value that is not there is Missing, so that paths can be followed without asking at every step.
 */
export class Json {
  constructor(
    private start: usize,
    private end: usize,
  ) {}

  get kind(): Kind {
    if (this.start >= this.end) return Kind.Missing;
    const byte = load<u8>(this.start);
    if (byte == 0x7b) return Kind.Object;
    if (byte == 0x5b) return Kind.List;
    if (byte == 0x22) return Kind.Text;
    if (byte == 0x6e) return Kind.Null;
    return byte == 0x74 || byte == 0x66 ? Kind.Boolean : Kind.Number;
  }

  get exists(): bool {
    return this.kind != Kind.Missing && this.kind != Kind.Null;
  }

  get isTrue(): bool {
    return this.kind == Kind.Boolean && load<u8>(this.start) == 0x74;
  }

  /** The value of a text, and the spelling of a number; empty for everything else. */
  get text(): string {
    const kind = this.kind;
    if (kind == Kind.Number) return String.UTF8.decodeUnsafe(this.start, skipValue(this.start, this.end) - this.start);
    return kind == Kind.Text ? decodeText(this.start, this.end) : '';
  }

  /** A member of an object. */
  get(key: string): Json {
    if (this.kind == Kind.Object) {
      for (let at = this.first(); load<u8>(at) != 0x7d; at = this.next(at)) {
        const value = skipSpace(skipSpace(skipValue(at, this.end), this.end) + 1, this.end);
        if (isKey(at, key) || decodeText(at, this.end) == key) return new Json(value, this.end);
        at = value;
      }
    }
    return new Json(0, 0);
  }

  /** The elements of a list; none of anything else. */
  get items(): Json[] {
    const items: Json[] = [];
    if (this.kind != Kind.List) return items;
    for (let at = this.first(); load<u8>(at) != 0x5d; at = this.next(at)) items.push(new Json(at, this.end));
    return items;
  }

  private first(): usize {
    return skipSpace(this.start + 1, this.end);
  }

  /** After the value at this place, and the comma behind it. */
  private next(at: usize): usize {
    const after = skipSpace(skipValue(at, this.end), this.end);
    return load<u8>(after) == 0x2c ? skipSpace(after + 1, this.end) : after;
  }
}

/** Values are addresses, which the garbage collector does not follow: this keeps what they point into. */
let held = new ArrayBuffer(0);

/** Of one text at a time: the values of the one before are gone. */
export function parseJson(bytes: ArrayBuffer): Json {
  held = bytes;
  const start = changetype<usize>(bytes);
  const end = start + <usize>bytes.byteLength;
  const first = skipSpace(start, end);
  skipValue(first, end);
  return new Json(first, end);
}

/** A text as JSON, quotes included. */
export function quote(text: string): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code == 0x22 || code == 0x5c) out += '\\';
    out += code < 0x20 ? ' ' : text.charAt(i);
  }
  return out + '"';
}

function skipSpace(start: usize, end: usize): usize {
  let at = start;
  while (at < end && load<u8>(at) <= 0x20) at++;
  assert(at < end, 'the JSON ends too early');
  return at;
}

/** The end of the value that begins here. Brackets are counted, so that nothing in between has to be understood but texts. */
function skipValue(start: usize, end: usize): usize {
  let at = start;
  let depth = 0;
  do {
    assert(at < end, 'the JSON ends too early');
    const byte = load<u8>(at);
    if (byte == 0x22) at = skipText(at, end);
    else {
      if (byte == 0x7b || byte == 0x5b) depth++;
      else if (byte == 0x7d || byte == 0x5d) depth--;
      else if (depth == 0) return skipLiteral(at, end);
      at++;
    }
  } while (depth > 0);
  return at;
}

function skipLiteral(start: usize, end: usize): usize {
  let at = start;
  while (at < end && !isEnd(load<u8>(at))) at++;
  return at;
}

function skipText(start: usize, end: usize): usize {
  let at = start + 1;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == 0x22) return at + 1;
    at += byte == 0x5c ? 2 : 1;
  }
  assert(false, 'the JSON ends inside of a text');
  return at;
}

/** Compares without decoding, which is enough for every key without an escape or an umlaut. */
function isKey(start: usize, key: string): bool {
  for (let i = 0; i < key.length; i++) if (<i32>load<u8>(start + 1 + i) != key.charCodeAt(i)) return false;
  return load<u8>(start + 1 + key.length) == 0x22;
}

function decodeText(start: usize, end: usize): string {
  const length = skipText(start, end) - start - 2;
  const text = String.UTF8.decodeUnsafe(start + 1, length);
  return text.includes('\\') ? resolveEscapes(text) : text;
}

function resolveEscapes(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) != 0x5c) {
      out += text.charAt(i);
      continue;
    }
    i++;
    if (text.charCodeAt(i) == 0x75) {
      out += String.fromCharCode(<i32>parseInt(text.substring(i + 1, i + 5), 16));
      i += 4;
    } else {
      const index = 'bfnrt'.indexOf(text.charAt(i));
      out += index < 0 ? text.charAt(i) : '\b\f\n\r\t'.charAt(index);
    }
  }
  return out;
}

function isEnd(byte: u8): bool {
  return byte <= 0x20 || byte == 0x2c || byte == 0x5d || byte == 0x7d;
}
