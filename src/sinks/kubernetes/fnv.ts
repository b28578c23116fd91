/** FNV-1a over UTF-16 code units, as an unsigned 32-bit number. Not for where somebody may gain from a collision. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let position = 0; position < text.length; position += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193);
  }
  return hash >>> 0;
}
