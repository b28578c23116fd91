const debugEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

/** A text as Rust's Debug writes it, which is how it stands in many messages. */
export function debugText(text: string): string {
  const escaped = text.replace(
    /["\\\p{C}\p{Grapheme_Extend}]|(?! )\p{Z}/gu,
    (character) => debugEscapes[character] ?? `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
  return `"${escaped}"`;
}
