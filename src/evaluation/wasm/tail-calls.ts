import { isReference, openSection, type Reader, type Section, section } from './binary.ts';
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
  const code = openSection(wasm, sections, section.code);
  for (let left = code.number(); left > 0; left -= 1) {
    const body = code.part(code.number());
    skipLocals(body);
    while (!body.done) if (tailCalls.has(skipAnyInstruction(body))) return true;
  }
  return false;
}

function skipLocals(body: Reader): void {
  for (let groups = body.number(); groups > 0; groups -= 1) {
    body.number();
    if (isReference(body.byte())) body.number();
  }
}
