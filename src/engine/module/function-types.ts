import { openSection, type Reader, type Section, section } from './binary.ts';

const letters: Readonly<Record<number, string>> = { 0x7f: 'i', 0x7e: 'I', 0x7d: 'f', 0x7c: 'F' };

/**
 * The types of functions that a module defines, in their order, each as a text such as `iI>i`: a letter for each parameter, and after the
 * sign for each result. `i` and `I` are integers of 32 and 64 bits, `f` and `F` floats; all else is `?`. Throws Malformed.
 */
export function readFunctionTypes(wasm: Uint8Array, sections: readonly Section[]): readonly string[] {
  const reader = openSection(wasm, sections, section.type);
  const types: string[] = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    // What is not a type of a function is refused before.
    reader.byte();
    types.push(`${readValues(reader)}>${readValues(reader)}`);
  }
  return types;
}

function readValues(reader: Reader): string {
  let text = '';
  for (let left = reader.number(); left > 0; left -= 1) {
    const type = reader.byte();
    if (type === 0x63 || type === 0x64) reader.number();
    text += letters[type] ?? '?';
  }
  return text;
}
