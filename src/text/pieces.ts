/** Characters: what a write costs is nothing beside that many. */
const enough = 64 * 1024;

/** The same text in fewer pieces, none of which is empty. */
export function* joinPieces(pieces: Iterable<string>): Generator<string> {
  let held = '';
  for (const piece of pieces) {
    held += piece;
    if (held.length < enough) continue;
    yield held;
    held = '';
  }
  if (held !== '') yield held;
}
