import { readBodies, type Section } from './binary.ts';
import { opcode, skipAnyInstruction } from './instructions.ts';

/** Which function they call is known only when they do. */
const unknownTargets: ReadonlySet<number> = new Set([opcode.returnCallIndirect, opcode.returnCallReference]);

/**
 * Whether functions may call each other in their places for ever. V8 13.6 looks for the end of a thread in loops and where functions begin,
 * but not where functions begin that call no others, as these do: two that call each other for ever are never ended. Tail calls that lead
 * from one function to the next and come to an end are harmless. `imported` is the number of functions that are imported. Throws Malformed,
 * or Unknown for instructions that are not known here.
 */
export function hasEndlessTailCalls(
  wasm: Uint8Array,
  sections: readonly Section[],
  imported: number,
): boolean {
  const calls = new Map<number, ReadonlySet<number>>();
  let index = imported;
  for (const { code } of readBodies(wasm, sections)) {
    const targets = new Set<number>();
    while (!code.done) {
      const operands = code.again();
      const instruction = skipAnyInstruction(code);
      if (unknownTargets.has(instruction)) return true;
      if (instruction !== opcode.returnCall) continue;
      operands.skip(1);
      targets.add(operands.number());
    }
    if (targets.size > 0) calls.set(index, targets);
    index += 1;
  }
  return hasCycle(calls);
}

/** Takes away what calls nothing that is left, until nothing is left or all that is left calls some of it. */
function hasCycle(calls: Map<number, ReadonlySet<number>>): boolean {
  for (let before = -1; before !== calls.size; ) {
    before = calls.size;
    for (const [from, targets] of calls)
      if (![...targets].some((target) => calls.has(target))) calls.delete(from);
  }
  return calls.size > 0;
}
