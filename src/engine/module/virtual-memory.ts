import { leb, type Reader, signedLeb, skipValueType } from './binary.ts';
import { opcode, skipAnyInstruction, Unknown } from './instructions.ts';

/** The size of a memory in pages of 64 KiB. */
export type MemoryLimits = { readonly minimum: number; readonly maximum: number };

/** Where a module counts the pages of its memory. */
export type PageCount = {
  /** The index of the mutable global that holds it. */
  readonly global: number;
  /** The index of the function that replaces `memory.grow`. It comes behind all others. */
  readonly grow: number;
};

/** The type of the function that makes more pages: (i32) -> (i32). */
export const growType: Uint8Array = Uint8Array.of(0x60, 1, 0x7f, 1, 0x7f);

const maxPages = 65_536;

/** Throws Unknown for a memory that is shared, or that has addresses of 64 bits. */
export function readMemoryLimits(reader: Reader): MemoryLimits {
  const flags = reader.byte();
  if (flags > 1) throw new Unknown();
  const minimum = reader.number();
  return { minimum, maximum: flags === 1 ? Math.min(reader.number(), maxPages) : maxPages };
}

/**
 * The bodies of all functions, so that the guest counts its own pages: its memory may be larger than it knows, which lets it be small again.
 * Throws Unknown for instructions that are not known here, and for those that change a table or drop a segment: nothing sets that back.
 */
export function countPages(
  wasm: Uint8Array,
  reader: Reader,
  { count, limits }: { readonly count: PageCount; readonly limits: MemoryLimits },
): readonly Uint8Array[] {
  const bodies = reader.number();
  const parts = [leb(bodies + 1)];
  let copied = reader.at;
  for (let left = bodies; left > 0; left -= 1) {
    const start = reader.at;
    const body = reader.part(reader.number());
    const changed = changeBody(wasm, body, count);
    if (changed === undefined) continue;
    const size = changed.reduce((sum, { length }) => sum + length, 0);
    parts.push(wasm.subarray(copied, start), leb(size), ...changed);
    copied = reader.at;
  }
  return [...parts, wasm.subarray(copied, reader.at), makeGrow(count, limits)];
}

/** Undefined where nothing is to be changed. */
function changeBody(wasm: Uint8Array, body: Reader, count: PageCount): readonly Uint8Array[] | undefined {
  const pieces: Uint8Array[] = [];
  let copied = body.at;
  for (let groups = body.number(); groups > 0; groups -= 1) {
    body.number();
    skipValueType(body);
  }
  while (!body.done) {
    const at = body.at;
    const code = skipAnyInstruction(body);
    if (changesMore(code, wasm, at)) throw new Unknown();
    if (code !== memorySize && code !== memoryGrow) continue;
    const instead =
      code === memorySize ? [globalGet, ...leb(count.global)] : [opcode.call, ...leb(count.grow)];
    pieces.push(wasm.subarray(copied, at), Uint8Array.from(instead));
    copied = body.at;
  }
  return pieces.length === 0 ? undefined : [...pieces, wasm.subarray(copied, body.at)];
}

const [memorySize, memoryGrow] = [0x3f, 0x40];
const [globalGet, globalSet, localGet, localTee] = [0x23, 0x24, 0x20, 0x22];
const [constant, equal, above, plus, minus] = [0x41, 0x46, 0x4b, 0x6a, 0x6b];
const [i32, noResult] = [0x7f, 0x40];
const tableSet = 0x26;
/** data.drop, table.init, elem.drop, and the copying, growing and filling of tables. */
const lastingBulk: ReadonlySet<number | undefined> = new Set([9, 12, 13, 14, 15, 17]);

function changesMore(code: number, wasm: Uint8Array, at: number): boolean {
  // Of longer numbers than they have to be nothing is known.
  const bulk = wasm[at + 1] ?? 0;
  return code === tableSet || (code === opcode.bulk && (bulk > 127 || lastingBulk.has(bulk)));
}

/** As `memory.grow`, but that the memory becomes larger only where it is not yet large enough. */
function makeGrow({ global }: PageCount, { maximum }: MemoryLimits): Uint8Array {
  const [delta, wanted] = [0, 1];
  const size = [globalGet, ...leb(global)];
  const failed = [constant, ...signedLeb(-1)];
  const body = Uint8Array.from([
    // One local beside the parameter.
    ...[1, 1, i32],
    // Beyond the maximum: -1. The size is never above it.
    ...[localGet, delta, constant, ...signedLeb(maximum), ...size, minus, above],
    ...[opcode.if, noResult, ...failed, opcode.return, opcode.end],
    ...[...size, localGet, delta, plus, localTee, wanted, memorySize, 0, above],
    ...[opcode.if, noResult],
    ...[localGet, wanted, memorySize, 0, minus, memoryGrow, 0, ...failed, equal],
    ...[opcode.if, noResult, ...failed, opcode.return, opcode.end],
    opcode.end,
    // What is returned is the size before.
    ...[...size, localGet, wanted, globalSet, ...leb(global)],
    opcode.end,
  ]);
  return Buffer.concat([leb(body.length), body]);
}
