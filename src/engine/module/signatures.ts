import {
  isReference,
  Malformed,
  openSection,
  type Reader,
  type Section,
  section,
  skipValueType,
} from './binary.ts';
import { readImports } from './import-section.ts';
import { opcode, Unknown } from './instructions.ts';

/** How many values a function or a block takes from the stack, and how many it leaves there. */
export type Signature = { readonly parameters: number; readonly results: number };

export const none: Signature = { parameters: 0, results: 0 };

export type Signatures = {
  /** Those that are imported come first. */
  readonly functions: readonly Signature[];
  readonly imported: number;
  readonly readBlock: (reader: Reader) => Signature;
  /** What an instruction calls; undefined for one that calls nothing. */
  readonly readCall: (code: number, reader: Reader) => Signature | undefined;
};

/** Throws Malformed where types are no types of functions. */
export function readSignatures(wasm: Uint8Array, sections: readonly Section[]): Signatures {
  const open = (id: number): Reader => openSection(wasm, sections, id);
  const types = readList(open(section.type), readType);
  const at = (list: readonly Signature[], index: number): Signature => {
    const found = list[index];
    if (found === undefined) throw new Malformed('there is no such type or function');
    return found;
  };
  const imported = readImports(wasm, sections).flatMap(({ kind, type }) =>
    kind === 'function' ? [type] : [],
  );
  const own = readList(open(section.function), (reader) => reader.number());
  const functions = [...imported, ...own].map((index) => at(types, index));
  return {
    functions,
    imported: imported.length,
    readBlock: (reader) => {
      const type = reader.again().byte();
      if (isReference(type)) throw new Unknown();
      // Types of values are negative numbers of one byte, and so is no type at all.
      if (type >= 0x40 && type < 0x80) return { parameters: 0, results: type === 0x40 ? 0 : 1 };
      return at(types, reader.number());
    },
    readCall: (code, reader) => {
      if (code === opcode.call) return at(functions, reader.number());
      return code === opcode.callIndirect ? at(types, reader.number()) : undefined;
    },
  };
}

function readList<T>(reader: Reader, read: (reader: Reader) => T): readonly T[] {
  const list: T[] = [];
  for (let left = reader.number(); left > 0; left -= 1) list.push(read(reader));
  return list;
}

function readType(reader: Reader): Signature {
  if (reader.byte() !== 0x60) throw new Malformed('it is not a function type');
  const parameters = readList(reader, skipValueType).length;
  return { parameters, results: readList(reader, skipValueType).length };
}
