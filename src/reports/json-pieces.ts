import { toPlainJson } from '../text/index.ts';

/** The document `{...fields, [list]: items}` in pieces, as `toPlainJson` with an indent of 2 and a line end writes it. */
export function* jsonDocumentPieces(
  fields: object,
  list: string,
  items: Iterable<unknown>,
): Generator<string> {
  const head = toPlainJson({ ...fields, [list]: [] }, 2);
  yield head.slice(0, -'[]\n}'.length);
  yield* jsonListPieces(items, '  ');
  yield '\n}\n';
}

/** A list of values in pieces, without the line end. `indent` is that of the line on which it begins. */
export function* jsonListPieces(items: Iterable<unknown>, indent = ''): Generator<string> {
  const deeper = `\n${indent}  `;
  let before = '[';
  for (const item of items) {
    // A line feed in JSON is never part of a text.
    yield before + deeper + toPlainJson(item, 2).replaceAll('\n', deeper);
    before = ',';
  }
  yield before === '[' ? '[]' : `\n${indent}]`;
}
