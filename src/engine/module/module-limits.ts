import {
  Malformed,
  openSection,
  type Reader,
  readSections,
  type Section,
  section,
  skipValueType,
} from './binary.ts';
import { hasCostlyFunction } from './compile-cost.ts';
import { readImports } from './import-section.ts';
import { Unknown } from './instructions.ts';
import { hasEndlessTailCalls } from './tail-calls.ts';

/** V8 keeps tables and segments of elements in the heap, and a heap that cannot grow for one of them ends the whole process. */
const maxTables = 4;
const maxElementBytes = 4 * 2 ** 20;
/** The ceiling of each memory, which a flag of V8 sets. */
const maxMegabytes = 256;

/**
 * What a module wants more of than a policy can need and the engine can bound; undefined where it is within the limits. Each memory
 * has its limit and the time of an evaluation is over some day, but the number of memories, and objects that live in the heap of V8,
 * are bounded by nothing else. A module that is malformed is left to the engine, which says what is wrong with it.
 */
export function findExcess(wasm: Uint8Array): string | undefined {
  try {
    return findIn(wasm, readSections(wasm));
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    if (thrown instanceof Unknown) return 'it uses unknown instructions';
    throw thrown;
  }
}

function findIn(wasm: Uint8Array, sections: readonly Section[]): string | undefined {
  const open = (id: number): Reader => openSection(wasm, sections, id);
  const imports = readImports(wasm, sections);
  // A compiler has no use for the rest of such a module.
  const strange = imports.find(({ kind }) => kind !== 'function' && kind !== 'memory');
  if (strange !== undefined)
    return `it imports the ${strange.kind} ${strange.from}.${strange.name}, which no policy server provides`;
  const imported = imports.filter(({ kind }) => kind === 'memory').length;
  const memories = imported + open(section.memory).number();
  if (memories > 1) return `it has ${memories} memories, and policies have one`;
  const memory = findMemoryExcess(open(section.memory));
  if (memory !== undefined) return memory;
  const tables = open(section.table).number();
  if (tables > maxTables) return `it has ${tables} tables, and policies have up to ${maxTables}`;
  const elements = sections.find(({ id }) => id === section.element);
  if (elements !== undefined && elements.end - elements.body > maxElementBytes)
    return `its segments of elements are larger than ${maxElementBytes} bytes`;
  if (hasHeapTypes(open(section.type))) return 'it has types for objects in the heap of its host';
  if (hasCostlyFunction(wasm, sections)) return 'it has a function that is too expensive to compile';
  const functions = imports.filter(({ kind }) => kind === 'function').length;
  if (hasEndlessTailCalls(wasm, sections, functions))
    return 'it has tail calls that may never end and cannot be interrupted';
  return undefined;
}

const sharedFlag = 2;

/** The limits of a memory that the module has itself; one that it imports is made by the host. */
function findMemoryExcess(reader: Reader): string | undefined {
  if (reader.number() === 0) return undefined;
  if ((reader.byte() & sharedFlag) !== 0) return 'its memory is shared, which no policy server supports';
  const megabytes = Math.ceil(reader.number() / 16);
  return megabytes > maxMegabytes
    ? `its memory begins with ${megabytes} MiB, and a policy gets up to ${maxMegabytes} MiB here`
    : undefined;
}

const functionType = 0x60;

/** Whether anything but the type of a function is defined. */
function hasHeapTypes(reader: Reader): boolean {
  for (let left = reader.number(); left > 0; left -= 1) {
    if (reader.byte() !== functionType) return true;
    skipTypes(reader);
    skipTypes(reader);
  }
  return false;
}

function skipTypes(reader: Reader): void {
  for (let left = reader.number(); left > 0; left -= 1) skipValueType(reader);
}
