/** Makes text of foreign origin fit for a message: one line, no control characters, at most 500 characters. */
export function toOneLine(text: string): string {
  const line = text.replaceAll(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
