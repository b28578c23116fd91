import { type FunctionBody, isReference, type Reader, readBodies, type Section } from './binary.ts';
import { opcode, skipInstruction, Unknown } from './instructions.ts';
import { none, readSignatures, type Signature, type Signatures } from './signatures.ts';

/** V8 notes 12 bytes for each, a block at a time. Large modules of Go and Rust have functions with a hundredth of that. */
const maxNotes = 20_000_000;
/** Of a function with instructions that are not known here: so few bytes cannot cause more notes. */
const maxUnknownBytes = 32 * 2 ** 10;

/** A function that runs often is compiled again in the background, which takes 250 times its size in memory. */
const maxFunctionBytes = 2 ** 20;

/**
 * Whether V8 would take too much for compiling a function: for each block and each branch it goes through all locals and all values on the
 * stack, and nothing ends it or bounds its memory meanwhile. Throws Malformed.
 */
export function hasCostlyFunction(wasm: Uint8Array, sections: readonly Section[]): boolean {
  const signatures = readSignatures(wasm, sections);
  let index = signatures.imported;
  for (const body of readBodies(wasm, sections)) {
    if (isCostly(body, signatures.functions[index] ?? none, signatures)) return true;
    index += 1;
  }
  return false;
}

function isCostly(
  { size, locals: declared, code }: FunctionBody,
  own: Signature,
  signatures: Signatures,
): boolean {
  if (size > maxFunctionBytes) return true;
  const locals = own.parameters + declared;
  try {
    return countNotes(code, locals, signatures) > maxNotes;
  } catch (thrown) {
    if (thrown instanceof Unknown) return size > maxUnknownBytes || locals * size > maxNotes * 4;
    throw thrown;
  }
}

/** `base` is the height of the stack below its parameters. */
type Block = { readonly base: number; readonly signature: Signature };

/** An upper bound: instructions of which it does not matter count as if they took nothing from the stack. */
function countNotes(body: Reader, locals: number, signatures: Signatures): number {
  const blocks: Block[] = [];
  let height = 0;
  let notes = 0;
  while (!body.done && notes <= maxNotes) {
    const { base, signature } = blocks.at(-1) ?? outermost;
    const operands = body.again();
    const code = skipInstruction(body);
    operands.skip(1);
    notes += countLabels(code, operands) * (locals + height);
    if (code === opcode.end) {
      blocks.pop();
      height = base + signature.results;
    } else if (code === opcode.else) height = base + signature.parameters;
    else if (opensBlock(code)) {
      const inner = signatures.readBlock(operands);
      height -= code === opcode.if ? 1 : 0;
      blocks.push({ base: Math.max(base, height - inner.parameters), signature: inner });
    } else height = endsPath(code) ? base : Math.max(base, height + change(code, operands, signatures));
  }
  return notes;
}

const outermost: Block = { base: 0, signature: none };

/** How many places this makes, or goes to, where the known and the new have to agree. Of br_table it reads the operands. */
function countLabels(code: number, operands: Reader): number {
  if (code === opcode.brTable) return operands.number() + 1;
  return opensBlock(code) || code === opcode.br || code === opcode.brIf ? 1 : 0;
}

function opensBlock(code: number): boolean {
  return code >= opcode.block && code <= opcode.if;
}

/** What follows these is never reached, and begins with nothing on the stack. */
function endsPath(code: number): boolean {
  const { unreachable, br, brTable, return: back, returnCall, returnCallIndirect } = opcode;
  return [unreachable, br, brTable, back, returnCall, returnCallIndirect].some((ending) => ending === code);
}

function change(code: number, operands: Reader, signatures: Signatures): number {
  if (code === opcode.selectTyped) checkNumber(operands);
  const call = signatures.readCall(code, operands);
  if (call !== undefined) return call.results - call.parameters - (code === opcode.callIndirect ? 1 : 0);
  return changes[code] ?? 0;
}

function checkNumber(operands: Reader): void {
  operands.number();
  if (isReference(operands.byte())) throw new Unknown();
}

const changes: readonly number[] = toChanges([
  [0x0d, 0x0d, -1],
  [0x1a, 0x1a, -1],
  [0x1b, 0x1c, -2],
  [0x20, 0x20, 1],
  [0x21, 0x21, -1],
  [0x23, 0x23, 1],
  [0x24, 0x24, -1],
  [0x36, 0x3e, -2],
  [0x3f, 0x3f, 1],
  [0x41, 0x44, 1],
  [0x46, 0x4f, -1],
  [0x51, 0x66, -1],
  [0x6a, 0x78, -1],
  [0x7c, 0x8a, -1],
  [0x92, 0x98, -1],
  [0xa0, 0xa6, -1],
  [0xd0, 0xd0, 1],
  [0xd2, 0xd2, 1],
  // Some of these push one value, most take some.
  [opcode.bulk, opcode.vector, 1],
]);

function toChanges(
  ranges: readonly (readonly [from: number, to: number, change: number])[],
): readonly number[] {
  const table: number[] = [];
  for (const [from, to, by] of ranges) for (let code = from; code <= to; code += 1) table[code] = by;
  return table;
}
