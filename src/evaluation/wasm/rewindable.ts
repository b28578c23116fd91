import { leb, Malformed, openSection, Reader, readSections, type Section, section } from './binary.ts';
import { type Import, readImports } from './import-section.ts';
import { opcode, skipInstruction, Unknown } from './instructions.ts';

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

function rewrite(sections: readonly Section[], wasm: Uint8Array): Uint8Array {
  const open = (id: number): Reader => openSection(wasm, sections, id);
  // Whoever imports a clock, random numbers or a memory may have state elsewhere.
  const isElsewhere = ({ from, kind }: Import): boolean => from !== 'wapc' || kind !== 'function';
  if (readImports(wasm, sections).some(isElsewhere)) throw new Unknown();
  if (open(section.memory).number() !== 1) throw new Unknown();
  // What is kept stays in the heap, beside what other policies have there.
  if (open(section.table).number() > 1) throw new Unknown();
  checkCode(open(section.code));
  const globals = readMutableGlobals(open(section.global));
  const exports = sections.find(({ id }) => id === section.export);
  if (exports === undefined) throw new Unknown();
  const content = addExports(wasm.subarray(exports.body, exports.end), globals);
  const head = [Uint8Array.of(section.export), leb(content.length)];
  return Buffer.concat([wasm.subarray(0, exports.start), ...head, content, wasm.subarray(exports.end)]);
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
