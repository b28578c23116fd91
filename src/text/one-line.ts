/** Makes text of foreign origin fit for a message: one line, no control or formatting characters, at most `limit` characters. */
export function toOneLine(text: string, limit = 500): string {
  // Cutting first keeps a huge text cheap.
  const line = text
    .slice(0, 10 * limit)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
