/** Bytes that are no WebAssembly module, or none that is known here. */
export class Malformed extends Error {}

/** The numbers of the sections that are looked into. */
export const section = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  element: 9,
  code: 10,
} as const;

/** Whether the bytes begin as every module does. */
export function isModule(wasm: Uint8Array): boolean {
  return magic.every((byte, at) => wasm[at] === byte);
}

const magic = [0, 0x61, 0x73, 0x6d];

/** `start` and `end` hold its head, too; what it contains begins at `body`. */
export type Section = {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly body: number;
};

/** Throws Malformed where the sections do not fill the module. */
export function readSections(wasm: Uint8Array): readonly Section[] {
  const reader = new Reader(wasm, 8, wasm.length);
  const sections: Section[] = [];
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const body = reader.at;
    reader.skip(size);
    sections.push({ id, start, end: reader.at, body });
  }
  return sections;
}

/** What a section contains. One that is not there has no entries. */
export function openSection(wasm: Uint8Array, sections: readonly Section[], id: number): Reader {
  const found = sections.find((candidate) => candidate.id === id);
  return found === undefined ? new Reader(Uint8Array.of(0), 0, 1) : new Reader(wasm, found.body, found.end);
}

/** Reads a part of a module. Throws Malformed at its end. */
export class Reader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(content: Uint8Array, start: number, end: number) {
    if (end > content.length) throw new Malformed('the module ends too early');
    this.#bytes = content;
    this.at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.at === this.#end;
  }

  byte(): number {
    const value = this.#bytes[this.at];
    this.skip(1);
    return value ?? 0;
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.#end) throw new Malformed('the module ends too early');
  }

  /** A number in LEB128, up to 64 bits; of those that are longer than 32 bits, and of negative ones, the value does not matter. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift < 35) value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
      if (shift > 63) throw new Malformed('a number is too long');
    }
  }

  text(): string {
    const length = this.number();
    const start = this.at;
    this.skip(length);
    return Buffer.from(this.#bytes.subarray(start, this.at)).toString();
  }

  /** Another that reads what this one has still to read. */
  again(): Reader {
    return new Reader(this.#bytes, this.at, this.#end);
  }

  part(size: number): Reader {
    const start = this.at;
    this.skip(size);
    return new Reader(this.#bytes, start, this.at);
  }
}

/** A number as modules write it. */
export function leb(value: number): Uint8Array {
  const encoded: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...encoded, left]);
    encoded.push((left % 128) | 128);
  }
}

/** A constant of 32 bits as instructions have it: with a sign. */
export function signedLeb(value: number): Uint8Array {
  const encoded: number[] = [];
  for (let left = value; ; left >>= 7) {
    if (left >= -64 && left < 64) return Uint8Array.from([...encoded, left & 127]);
    encoded.push((left & 127) | 128);
  }
}

/** Whether this begins the type of a reference to the type that follows. */
export function isReference(type: number): boolean {
  return type === 0x63 || type === 0x64;
}

/** Goes past the type of a value. */
export function skipValueType(reader: Reader): void {
  if (isReference(reader.byte())) reader.number();
}

/** The body of a function: its size in bytes, how many locals it declares, and its instructions. */
export type FunctionBody = { readonly size: number; readonly locals: number; readonly code: Reader };

/** The bodies of all functions, in their order. */
export function* readBodies(wasm: Uint8Array, sections: readonly Section[]): Iterable<FunctionBody> {
  const reader = openSection(wasm, sections, section.code);
  for (let left = reader.number(); left > 0; left -= 1) {
    const size = reader.number();
    const code = reader.part(size);
    let locals = 0;
    for (let groups = code.number(); groups > 0; groups -= 1) {
      locals += code.number();
      skipValueType(code);
    }
    yield { size, locals, code };
  }
}
