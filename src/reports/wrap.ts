/** Breaks a line at spaces so that no part is longer than the width; a longer word is cut. Never empty. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => cutWord(long, width))) {
    if (line === '') {
      line = word;
    } else if (lengthOf(line) + 1 + lengthOf(word) <= width) {
      line = `${line} ${word}`;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function cutWord(word: string, width: number): readonly string[] {
  const characters = Array.from(word);
  if (characters.length <= width) return [word];
  const parts = Math.ceil(characters.length / width);
  return Array.from({ length: parts }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  );
}

/** In characters, not in UTF-16 units. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Fills up with spaces to a number of characters. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}
