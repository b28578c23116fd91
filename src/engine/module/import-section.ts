import { Malformed, openSection, type Reader, type Section, section, skipValueType } from './binary.ts';

const kinds = ['function', 'table', 'memory', 'global', 'tag'] as const;

export type Import = {
  readonly from: string;
  readonly name: string;
  readonly kind: (typeof kinds)[number];
  /** Of a function: the index of its type. */
  readonly type: number;
};

/** What a module imports, as V8 would say it once it has compiled the module. Throws Malformed. */
export function readImports(wasm: Uint8Array, sections: readonly Section[]): readonly Import[] {
  const reader = openSection(wasm, sections, section.import);
  const imports: Import[] = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    const [from, name] = [reader.text(), reader.text()];
    const kind = kinds[reader.byte()];
    if (kind === undefined) throw new Malformed('it has an import of an unknown kind');
    imports.push({ from, name, kind, type: readType(kind, reader) });
  }
  return imports;
}

function readType(kind: Import['kind'], reader: Reader): number {
  // The attribute of a tag is as long as a simple type.
  if (kind === 'tag' || kind === 'global') skipValueType(reader);
  if (kind === 'function' || kind === 'tag') return reader.number();
  if (kind === 'global') reader.skip(1);
  else {
    if (kind === 'table') skipValueType(reader);
    skipLimits(reader);
  }
  return 0;
}

function skipLimits(reader: Reader): void {
  const hasMaximum = (reader.byte() & 1) === 1;
  reader.number();
  if (hasMaximum) reader.number();
}
