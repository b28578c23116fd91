import { leb, Malformed, openSection, Reader, readSections, type Section, section } from './binary.ts';

/** Begins the names of the exports that a rewindable module has more than the original. */
export const stateExport = 'audit-scanner: global ';

/**
 * The module with its mutable globals exported, so that everything that it changes while it runs can be set back: an instance whose memory
 * and globals are what they were when it was made is a new one, and making one costs more than an evaluation. Undefined for a module of
 * which that is not certain: it talks to more than its policy host, changes tables, drops segments, has globals that JavaScript
 * cannot set, or uses instructions that are not known here. Never throws.
 */
export function makeRewindable(wasm: Uint8Array): Uint8Array | undefined {
  try {
    return rewrite(readSections(wasm), wasm);
  } catch (thrown) {
    // The engine itself will say what is wrong with it, if anything is.
    if (thrown instanceof Malformed || thrown instanceof Unknown) return undefined;
    throw thrown;
  }
}

/** Something of which it is not known what it does. */
class Unknown extends Error {}

function rewrite(sections: readonly Section[], wasm: Uint8Array): Uint8Array {
  const open = (id: number): Reader => openSection(wasm, sections, id);
  checkImports(open(section.import));
  if (open(section.memory).number() !== 1) throw new Unknown();
  checkCode(open(section.code));
  const globals = readMutableGlobals(open(section.global));
  const exports = sections.find(({ id }) => id === section.export);
  if (exports === undefined) throw new Unknown();
  const content = addExports(wasm.subarray(exports.body, exports.end), globals);
  const head = [Uint8Array.of(section.export), leb(content.length)];
  return Buffer.concat([wasm.subarray(0, exports.start), ...head, content, wasm.subarray(exports.end)]);
}

/** Whoever imports a clock, random numbers or a memory may have state elsewhere. */
function checkImports(reader: Reader): void {
  for (let left = reader.number(); left > 0; left -= 1) {
    const from = reader.text();
    reader.text();
    if (from !== 'wapc' || reader.byte() !== 0) throw new Unknown();
    reader.number();
  }
}

/** The types of numbers but v128, which JavaScript has no values for. */
const numberTypes: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c]);

/** The indices of the mutable globals; none is imported. */
function readMutableGlobals(reader: Reader): readonly number[] {
  const mutable: number[] = [];
  const count = reader.number();
  for (let index = 0; index < count; index += 1) {
    const type = reader.byte();
    const isMutable = reader.byte() === 1;
    if (isMutable && !numberTypes.has(type)) throw new Unknown();
    if (isMutable) mutable.push(index);
    while (skipInstruction(reader) !== opcode.end);
  }
  return mutable;
}

function addExports(content: Uint8Array, globals: readonly number[]): Uint8Array {
  const reader = new Reader(content, 0, content.length);
  const count = reader.number();
  const added = globals.map((index) => {
    const name = Buffer.from(`${stateExport}${index}`);
    return Buffer.concat([leb(name.length), name, Uint8Array.of(3), leb(index)]);
  });
  return Buffer.concat([leb(count + globals.length), content.subarray(reader.at), ...added]);
}

const valueTypes: ReadonlySet<number> = new Set([...numberTypes, 0x7b, 0x70, 0x6f]);

/** Nothing in the code may change what is neither memory nor a global. */
function checkCode(reader: Reader): void {
  for (let left = reader.number(); left > 0; left -= 1) {
    const body = reader.part(reader.number());
    for (let groups = body.number(); groups > 0; groups -= 1) {
      body.number();
      if (!valueTypes.has(body.byte())) throw new Unknown();
    }
    while (!body.done) skipInstruction(body);
  }
}

const opcode = { end: 0x0b, brTable: 0x0e, selectTyped: 0x1c, bulk: 0xfc, vector: 0xfd } as const;

type Skip = (reader: Reader) => void;
const none: Skip = () => undefined;
const index: Skip = (reader) => {
  reader.number();
};
const indices: Skip = (reader) => {
  reader.number();
  reader.number();
};
const bytes =
  (count: number): Skip =>
  (reader) => {
    reader.skip(count);
  };
/** An access of the one memory; others have another flag in their alignment. */
const access: Skip = (reader) => {
  if (reader.number() >= 64) throw new Unknown();
  reader.number();
};
const laneAccess: Skip = (reader) => {
  access(reader);
  reader.skip(1);
};
const list: Skip = (reader) => {
  for (let left = reader.number(); left > 0; left -= 1) reader.number();
};

/** What follows the instructions from this one to that. What is missing here is not known, or changes a table or a segment. */
const instructions = toTable([
  [0x00, 0x01, none],
  [0x02, 0x04, index],
  [0x05, 0x05, none],
  [opcode.end, opcode.end, none],
  [0x0c, 0x0d, index],
  [
    opcode.brTable,
    opcode.brTable,
    (reader) => {
      list(reader);
      reader.number();
    },
  ],
  [0x0f, 0x0f, none],
  [0x10, 0x10, index],
  [0x11, 0x11, indices],
  [0x12, 0x12, index],
  [0x13, 0x13, indices],
  [0x1a, 0x1b, none],
  [opcode.selectTyped, opcode.selectTyped, list],
  [0x20, 0x25, index],
  [0x28, 0x3e, access],
  [0x3f, 0x42, index],
  [0x43, 0x43, bytes(4)],
  [0x44, 0x44, bytes(8)],
  [0x45, 0xc4, none],
  [0xd0, 0xd0, index],
  [0xd1, 0xd1, none],
  [0xd2, 0xd2, index],
]);

/** Those behind `bulk`: conversions, and memory.init, memory.copy and memory.fill. */
const bulkInstructions = toTable([
  [0, 7, none],
  [8, 8, indices],
  [10, 10, indices],
  [11, 11, index],
  [16, 16, index],
]);

const vectorInstructions = toTable([
  [0, 11, access],
  [12, 13, bytes(16)],
  [14, 20, none],
  [21, 34, bytes(1)],
  [35, 83, none],
  [84, 91, laneAccess],
  [92, 93, access],
  [94, 255, none],
]);

function toTable(
  ranges: readonly (readonly [from: number, to: number, skip: Skip])[],
): readonly (Skip | undefined)[] {
  const table: (Skip | undefined)[] = [];
  for (const [from, to, skip] of ranges) for (let code = from; code <= to; code += 1) table[code] = skip;
  return table;
}

/** Its opcode, or that of its family. */
function skipInstruction(reader: Reader): number {
  const code = reader.byte();
  const skip =
    code === opcode.bulk
      ? bulkInstructions[reader.number()]
      : code === opcode.vector
        ? vectorInstructions[reader.number()]
        : instructions[code];
  if (skip === undefined) throw new Unknown();
  skip(reader);
  return code;
}
