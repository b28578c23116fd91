import {
  isReference,
  leb,
  Malformed,
  openSection,
  type Reader,
  readSections,
  type Section,
  section,
  signedLeb,
  skipValueType,
} from './binary.ts';
import { readImports } from './import-section.ts';
import { opcode, skipInstruction, Unknown } from './instructions.ts';
import { countPages, growType, readMemoryLimits } from './virtual-memory.ts';

/** Prefix of the exports that a rewindable module has in addition to those of the original. */
export const stateExport = 'audit-scanner: ';

/** The export that holds how many pages of its memory the guest has. The memory itself may be larger. */
export const pagesExport = `${stateExport}pages`;

const functionType = 0x60;
const kindOfGlobals = 3;

/**
 * The module with all that it changes while it runs in reach of JavaScript, so that it can be set back: an instance whose memory and
 * globals are what they were is as good as new. Its mutable globals are exported; and because a memory cannot shrink, how many pages of
 * it the guest has is another such global. Undefined for a module of which that is not certain: it imports more than functions, changes
 * tables, drops segments, has globals that JavaScript cannot set, or uses instructions that are not known here. Never throws.
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

function rewrite(sections: readonly Section[], wasm: Uint8Array): Uint8Array {
  const open = (id: number): Reader => openSection(wasm, sections, id);
  const imports = readImports(wasm, sections);
  // A module that imports a memory or a global has state elsewhere.
  if (imports.some(({ kind }) => kind !== 'function')) throw new Unknown();
  const memory = open(section.memory);
  if (memory.number() !== 1) throw new Unknown();
  const limits = readMemoryLimits(memory);
  // What is kept stays in the heap, beside what other policies have there.
  if (open(section.table).number() > 1) throw new Unknown();
  checkExports(open(section.export));
  const globals = readGlobals(open(section.global));
  const count = { global: globals.count, grow: imports.length + open(section.function).number() };
  const code = countPages(wasm, open(section.code), { count, limits });
  const added = new Map<number, readonly Uint8Array[]>([
    [section.type, [growType]],
    [section.function, [leb(countTypes(open(section.type)))]],
    [section.global, [pageGlobal(limits.minimum)]],
    [
      section.export,
      [
        ...globals.mutable.map((index) => exportGlobal(`${stateExport}${index}`, index)),
        exportGlobal(pagesExport, count.global),
      ],
    ],
  ]);
  const parts = withGlobals(sections).flatMap(({ id, start, body, end }) => {
    if (id === section.code) return writeSection(id, code);
    const entries = added.get(id);
    if (entries === undefined) return [wasm.subarray(start, end)];
    const reader = open(id);
    const head = leb(reader.number() + entries.length);
    return writeSection(id, [head, body === end ? empty : wasm.subarray(reader.at, end), ...entries]);
  });
  return Buffer.concat([wasm.subarray(0, 8), ...parts]);
}

const empty = new Uint8Array();

/** With a section of globals, if only an empty one. */
function withGlobals(sections: readonly Section[]): readonly Section[] {
  const isThere = (id: number): boolean => sections.some((candidate) => candidate.id === id);
  if (![section.type, section.function, section.export, section.code].every(isThere)) throw new Unknown();
  if (isThere(section.global)) return sections;
  const before = sections.findIndex(({ id }) => id === section.export);
  const none = { id: section.global, start: 0, end: 0, body: 0 };
  return [...sections.slice(0, before), none, ...sections.slice(before)];
}

function writeSection(id: number, content: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = content.reduce((sum, { length }) => sum + length, 0);
  return [Uint8Array.of(id), leb(size), ...content];
}

/** How many types are defined. Throws Unknown where they are not only those of functions. */
function countTypes(reader: Reader): number {
  const count = reader.number();
  for (let left = count; left > 0; left -= 1) {
    if (reader.byte() !== functionType) throw new Unknown();
    skipTypes(reader);
    skipTypes(reader);
  }
  return count;
}

function skipTypes(reader: Reader): void {
  for (let left = reader.number(); left > 0; left -= 1) skipValueType(reader);
}

/** Names that are ours have to be free. */
function checkExports(reader: Reader): void {
  for (let left = reader.number(); left > 0; left -= 1) {
    if (reader.text().startsWith(stateExport)) throw new Unknown();
    reader.skip(1);
    reader.number();
  }
}

/** The types of numbers but v128, which JavaScript has no values for. */
const numberTypes: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c]);

/** How many there are, none of them imported, and the indices of those that are mutable. */
function readGlobals(reader: Reader): { readonly count: number; readonly mutable: readonly number[] } {
  const mutable: number[] = [];
  const count = reader.number();
  for (let index = 0; index < count; index += 1) {
    const type = reader.byte();
    if (isReference(type)) reader.number();
    const isMutable = reader.byte() === 1;
    if (isMutable && !numberTypes.has(type)) throw new Unknown();
    if (isMutable) mutable.push(index);
    while (skipInstruction(reader) !== opcode.end);
  }
  return { count, mutable };
}

function pageGlobal(pages: number): Uint8Array {
  const [i32, mutable, constant] = [0x7f, 1, 0x41];
  return Uint8Array.of(i32, mutable, constant, ...signedLeb(pages), opcode.end);
}

function exportGlobal(name: string, index: number): Uint8Array {
  const text = Buffer.from(name);
  return Buffer.concat([leb(text.length), text, Uint8Array.of(kindOfGlobals), leb(index)]);
}
