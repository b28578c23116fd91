import { isReference, type Reader } from './binary.ts';

/** Something of which it is not known what it does. */
export class Unknown extends Error {}

export const opcode = {
  unreachable: 0x00,
  block: 0x02,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  returnCallReference: 0x15,
  selectTyped: 0x1c,
  bulk: 0xfc,
  vector: 0xfd,
  atomic: 0xfe,
} as const;

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

/** Types, of a block or of values, any of which may be a reference to the type that follows. */
const type: Skip = (reader) => {
  const hasMore = isReference(reader.again().byte());
  reader.number();
  if (hasMore) reader.number();
};
const types: Skip = (reader) => {
  for (let left = reader.number(); left > 0; left -= 1) type(reader);
};
/** What each clause catches, and where it goes on. */
const clauses: Skip = (reader) => {
  for (let left = reader.number(); left > 0; left -= 1) {
    if (reader.byte() < 2) reader.number();
    reader.number();
  }
};

/** Those for exceptions, tables, references and several memories, which only their length matters of. */
const otherInstructions = toTable([
  [0x02, 0x04, type],
  [0x06, 0x06, type],
  [0x07, 0x09, index],
  [0x0a, 0x0a, none],
  [0x14, 0x15, index],
  [0x18, 0x18, index],
  [0x19, 0x19, none],
  [opcode.selectTyped, opcode.selectTyped, types],
  [
    0x1f,
    0x1f,
    (reader) => {
      type(reader);
      clauses(reader);
    },
  ],
  [0x26, 0x26, index],
  [0xd3, 0xd4, none],
  [0xd5, 0xd6, index],
]);
const otherBulkInstructions = toTable([
  [9, 9, index],
  [12, 12, indices],
  [13, 13, index],
  [14, 14, indices],
  [15, 15, index],
  [17, 17, index],
]);
const atomicInstructions = toTable([
  [0, 2, access],
  [3, 3, bytes(1)],
  [16, 78, access],
]);

/** Its opcode, or that of its family. Throws Unknown for an instruction that changes more than memory and globals, or is none. */
export function skipInstruction(reader: Reader): number {
  return skipWith(find, reader);
}

/** As skipInstruction, but for all instructions of the standard that policies may have. Throws Unknown for what is none. */
export function skipAnyInstruction(reader: Reader): number {
  return skipWith(findAny, reader);
}

type Find = (code: number, reader: Reader) => Skip | undefined;

function skipWith(findSkip: Find, reader: Reader): number {
  const code = reader.byte();
  const skip = findSkip(code, reader);
  if (skip === undefined) throw new Unknown();
  skip(reader);
  return code;
}

function find(code: number, reader: Reader): Skip | undefined {
  if (code === opcode.bulk) return bulkInstructions[reader.number()];
  return code === opcode.vector ? vectorInstructions[reader.number()] : instructions[code];
}

function findAny(code: number, reader: Reader): Skip | undefined {
  if (code === opcode.atomic) return atomicInstructions[reader.number()];
  if (code === opcode.vector)
    return reader.again().number() > 255 ? index : vectorInstructions[reader.number()];
  if (code !== opcode.bulk) return otherInstructions[code] ?? instructions[code];
  const number = reader.number();
  return otherBulkInstructions[number] ?? bulkInstructions[number];
}
