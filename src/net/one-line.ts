/** Makes text of foreign origin fit for a message: one line, no control or formatting characters, at most 300 characters. */
export function toOneLine(text: string): string {
  // Cutting first keeps a huge text cheap.
  const line = text
    .slice(0, 2000)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
