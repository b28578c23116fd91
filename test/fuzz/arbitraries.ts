import fc from 'fast-check';

/** Names on which careless code stumbles. */
const treacherousKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  '\u0000',
  '\ud800',
];

export const key = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary', maxLength: 12 }), weight: 2 },
  { arbitrary: fc.constantFrom(...treacherousKeys), weight: 1 },
);

/** Texts with control characters, escapes for terminals, and halves of surrogate pairs. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '\u001b[31mred', 'a\nb', '::error::x', '\ud800', '\u202e', ']]>', '<script>'),
);

/** Any JSON value, of which objects have treacherous keys now and then. Built as text, so that `__proto__` is an own property. */
export const json: fc.Arbitrary<unknown> = fc
  .letrec<{ value: string; object: string; array: string; scalar: string }>((tie) => ({
    value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('scalar'), tie('object'), tie('array')),
    scalar: fc.oneof(
      fc.constantFrom('null', 'true', 'false', '0', '-0', '1e400', '9223372036854775807', '1.0', '""'),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
      text.map((value) => JSON.stringify(value)),
    ),
    object: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
    array: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
  }))
  .value.map((source) => JSON.parse(source) as unknown);

/** One change of a text: some characters are replaced by others. */
type Edit = { readonly at: number; readonly remove: number; readonly insert: string };

/** The text with up to four random changes made of characters that matter to the grammar. */
export function mutated(source: fc.Arbitrary<string>, characters: string): fc.Arbitrary<string> {
  const edit: fc.Arbitrary<Edit> = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 6 }),
    insert: fc.string({ unit: fc.constantFrom(...Array.from(characters)), maxLength: 8 }),
  });
  return fc.tuple(source, fc.array(edit, { maxLength: 4 })).map(([original, edits]) =>
    edits.reduce((changed, { at, remove, insert }) => {
      const position = at % (changed.length + 1);
      return changed.slice(0, position) + insert + changed.slice(position + remove);
    }, original),
  );
}

/** A value of the shape given, some parts of which are anything instead. */
export function almost(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const members = Object.entries(shape).map(([name, arbitrary]) => {
    const value = fc.oneof({ arbitrary, weight: 6 }, { arbitrary: json, weight: 1 });
    return fc.option(value, { nil: undefined, freq: 8 }).map((member) => [name, member] as const);
  });
  return fc.tuple(...members).map((entries) => {
    const object: Record<string, unknown> = {};
    for (const [name, value] of entries) if (value !== undefined) object[name] = value;
    return object;
  });
}
