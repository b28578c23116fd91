import fastJsonPatch, { type Operation } from 'fast-json-patch';
import type { JsonValue } from './exact-json.ts';
import { isTooLarge } from './extent.ts';

/**
 * The object after all operations. Throws an Error for one that cannot be applied. The library writes the whole document into its errors,
 * and a short list of copies makes a long document, so both are measured before.
 */
export function applyPatch(object: JsonValue, operations: readonly JsonValue[]): JsonValue {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the library checks each operation itself
  const patch = operations as unknown as readonly Operation[];
  checkExtent(object);
  let document = structuredClone(object);
  for (const [index, operation] of patch.entries()) {
    document = fastJsonPatch.applyOperation(document, operation, true, true, true, index).newDocument;
    if (operation.op === 'copy') checkExtent(document);
  }
  return document;
}

function checkExtent(document: JsonValue): void {
  if (isTooLarge(document)) throw new Error('the document is too large');
}
