/** Whether a text fits a pattern as a whole: `*` is any text, `?` is any one character. */
export function createPattern(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[\\^$+.()|[\]{}]/g, String.raw`\$&`)
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}
