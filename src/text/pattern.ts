/** Whether a text fits a pattern as a whole: `*` is any text, `?` is any one character. Takes no longer than the product of their lengths. */
export function createPattern(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  return (text) => {
    if (last === undefined) return text.length === first.length && stands(first, text, 0);
    if (text.length < first.length + last.length || !stands(first, text, 0)) return false;
    // Between the two ends, each piece can take the first place where it fits: that leaves the most space for the others.
    const end = text.length - last.length;
    let at = first.length;
    for (const piece of rest) {
      while (at + piece.length <= end && !stands(piece, text, at)) at += 1;
      at += piece.length;
      if (at > end) return false;
    }
    return stands(last, text, end);
  };
}

/** Whether a piece of a pattern without `*` fits the text from a place on. */
function stands(piece: string, text: string, at: number): boolean {
  for (let i = 0; i < piece.length; i += 1) {
    const wanted = piece[i];
    if (wanted !== '?' && wanted !== text[at + i]) return false;
  }
  return true;
}
