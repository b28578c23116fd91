import { readBodies, type Section } from './binary.ts';
import { opcode, skipAnyInstruction } from './instructions.ts';

const tailCalls: ReadonlySet<number> = new Set([
  opcode.returnCall,
  opcode.returnCallIndirect,
  opcode.returnCallReference,
]);

/**
 * Whether a function ends by calling another in its place. V8 13.6 looks for the end of a thread in loops and where functions begin, but
 * not where functions begin that call no others, as these do: two that call each other for ever are never ended. Throws Malformed, or
 * Unknown for instructions that are not known here.
 */
export function hasTailCalls(wasm: Uint8Array, sections: readonly Section[]): boolean {
  for (const { code } of readBodies(wasm, sections))
    while (!code.done) if (tailCalls.has(skipAnyInstruction(code))) return true;
  return false;
}
