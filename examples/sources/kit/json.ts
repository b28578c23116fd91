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

/** A JSON value, or Missing for what is not there, so that paths can be followed without asking at every step. */
export class Json {
  kind: Kind = Kind.Missing;
  /** The text, or a number or boolean as it is written. */
  text: string = '';
  keys: string[] = [];
  items: Json[] = [];

  get(key: string): Json {
    const index = this.keys.indexOf(key);
    return index < 0 ? new Json() : this.items[index];
  }

  get exists(): bool {
    return this.kind != Kind.Missing && this.kind != Kind.Null;
  }

  get isTrue(): bool {
    return this.kind == Kind.Boolean && this.text == 'true';
  }
}

export function parseJson(text: string): Json {
  return new Reader(text).read();
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

class Reader {
  private position: i32 = 0;

  constructor(private text: string) {}

  read(): Json {
    const code = this.next();
    if (code == 0x7b) return this.readCollection(Kind.Object, 0x7d);
    if (code == 0x5b) return this.readCollection(Kind.List, 0x5d);
    const value = new Json();
    if (code == 0x22) {
      value.kind = Kind.Text;
      value.text = this.readText();
      return value;
    }
    const start = this.position;
    while (this.position < this.text.length && !isEnd(this.text.charCodeAt(this.position))) this.position++;
    value.text = this.text.substring(start, this.position);
    value.kind = value.text == 'null' ? Kind.Null : isBoolean(value.text) ? Kind.Boolean : Kind.Number;
    return value;
  }

  private readCollection(kind: Kind, closer: i32): Json {
    const value = new Json();
    value.kind = kind;
    this.position++;
    while (this.next() != closer) {
      assert(this.position < this.text.length, 'the JSON ends too early');
      if (this.text.charCodeAt(this.position) == 0x2c) {
        this.position++;
        continue;
      }
      if (kind == Kind.Object) {
        this.next();
        value.keys.push(this.readText());
        assert(this.next() == 0x3a, 'a key in the JSON has no value');
        this.position++;
      }
      value.items.push(this.read());
    }
    this.position++;
    return value;
  }

  private readText(): string {
    this.position++;
    let out = '';
    let start = this.position;
    while (this.text.charCodeAt(this.position) != 0x22) {
      assert(this.position < this.text.length, 'the JSON ends inside of a text');
      if (this.text.charCodeAt(this.position) == 0x5c) {
        out += this.text.substring(start, this.position) + this.readEscape();
        start = this.position;
      } else this.position++;
    }
    out += this.text.substring(start, this.position);
    this.position++;
    return out;
  }

  private readEscape(): string {
    const code = this.text.charCodeAt(this.position + 1);
    this.position += 2;
    if (code == 0x75) {
      this.position += 4;
      return String.fromCharCode(<i32>parseInt(this.text.substring(this.position - 4, this.position), 16));
    }
    const index = 'bfnrt'.indexOf(String.fromCharCode(code));
    return index < 0 ? String.fromCharCode(code) : "\b\f\n\r\t".charAt(index);
  }

  /** The next character that is no white space, without going past it; -1 at the end. */
  private next(): i32 {
    while (this.position < this.text.length && this.text.charCodeAt(this.position) <= 0x20) this.position++;
    return this.position < this.text.length ? this.text.charCodeAt(this.position) : -1;
  }
}

function isEnd(code: i32): bool {
  return code <= 0x20 || code == 0x2c || code == 0x5d || code == 0x7d;
}

function isBoolean(text: string): bool {
  return text == 'true' || text == 'false';
}
