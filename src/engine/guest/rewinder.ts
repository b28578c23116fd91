import { pagesExport, stateExport } from '../module/rewindable.ts';
import type { GuestMemory } from './guest-memory.ts';

/** What an instance was when it was made. */
export type Beginning = {
  /** Its memory from address 0, in pieces of `pieceBytes`. Those behind the last have been zeros, as all memory begins. */
  readonly pieces: readonly Buffer[];
  readonly globals: readonly (readonly [global: WebAssembly.Global, value: number | bigint])[];
  /** The size of its memory. */
  readonly memoryBytes: number;
  /** How much it takes to keep this. */
  readonly bytes: number;
};

/** Small enough for few of them to be written in an evaluation, large enough for comparing them to cost more than asking for it. */
const pieceBytes = 16 * 2 ** 10;
const zeros = Buffer.alloc(pieceBytes);

/** The state of a rewindable module's new instance; undefined where it has a value that cannot be written back. */
export function rememberBeginning(
  instance: WebAssembly.Instance,
  memory: GuestMemory,
): Beginning | undefined {
  const globals = Object.entries(instance.exports).flatMap(([name, exported]) =>
    name.startsWith(stateExport) && exported instanceof WebAssembly.Global
      ? [[exported, exported.value] as const]
      : [],
  );
  // Of the many numbers that are none, JavaScript knows one.
  if (globals.some(([, value]) => Number.isNaN(value))) return undefined;
  const all = memory.all();
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += pieceBytes) {
    const piece = all.subarray(at, at + pieceBytes);
    pieces.push(piece.equals(zeros) ? zeros : Buffer.from(piece));
  }
  const bytes = pieces.reduce((sum, piece) => sum + (piece === zeros ? 0 : piece.length), 0);
  return { pieces, globals, memoryBytes: all.length, bytes };
}

/**
 * Makes the instance what it was. Its memory stays as large as it has become, with zeros behind what the guest knows of. False for a guest
 * that wrote there, which in a new instance would have ended it.
 */
export function rewind({ pieces, globals }: Beginning, memory: GuestMemory): boolean {
  const size = memory.size();
  const all = memory.all();
  let isWithin = true;
  for (let at = 0, index = 0; at < all.length; at += pieceBytes, index += 1) {
    const piece = pieces[index] ?? zeros;
    if (all.compare(piece, 0, pieceBytes, at, at + pieceBytes) === 0) continue;
    all.set(piece, at);
    if (at >= size) isWithin = false;
  }
  for (const [global, value] of globals) global.value = value;
  return isWithin;
}

/** The global in which the instance of a rewindable module counts its pages. */
export function getPages(instance: WebAssembly.Instance): WebAssembly.Global | undefined {
  const { [pagesExport]: pages } = instance.exports;
  return pages instanceof WebAssembly.Global ? pages : undefined;
}
