import { createRequire } from 'node:module';
import type * as StringWidth from 'string-width';

/** Loaded for the first text that is not ASCII: what it knows of emoji takes longer to load than all that a help needs. */
const load: (name: 'string-width') => typeof StringWidth = createRequire(import.meta.url);

/** Breaks a line at spaces so that no part is wider than this many columns; a wider word is cut. Never empty. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => cutWord(long, width))) {
    if (line === '') {
      line = word;
    } else if (widthOf(`${line} ${word}`) <= width) {
      line = `${line} ${word}`;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** Made for the first word that has to be cut, because that takes a tenth of a start. */
let graphemes: Intl.Segmenter | undefined;

/** One character may be wider than the width; it has a part of its own. */
function cutWord(word: string, width: number): readonly string[] {
  if (widthOf(word) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(word)) {
    if (part !== '' && widthOf(part + segment) > width) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}

/** How many columns a terminal takes for it: two for the characters of East Asia and for emoji. */
export function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : load('string-width').default(text);
}

/** Fills up with spaces to a number of columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** An explanation that would be narrower than this is told below its term. */
const narrowestColumn = 24;

/**
 * Wraps every line of a text that is too wide. What does not fit goes on below the column of the explanation, where the line has one
 * (`  --flag   what it does`), else as far to the right as the line begins.
 */
export function wrapLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

/** The same, with each paragraph (lines that begin at the margin) filled anew from its first line that is too wide. */
export function wrapProse(text: string, width: number): string {
  return wrapLines(joinParagraphs(text.split('\n'), width).join('\n'), width);
}

function wrapLine(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  const margin = /^\s*/.exec(line)?.[0] ?? '';
  if (isCommand(line)) return wrapCommand(line, margin, width);
  const [, term, text] = /^(\s*\S.*\s{2,})(\S.*)$/.exec(line) ?? [];
  if (term !== undefined && text !== undefined) return hang(term, text, { margin: `${margin}    `, width });
  return indent(wrapText(line.trim(), Math.max(1, width - margin.length)), margin);
}

function isCommand(line: string): boolean {
  return /^ +(?:npx )?(?:audit-scanner|kubectl|helm) [^ ]/.test(line) && !/\S {2,}\S/.test(line);
}

/** A command goes on as a shell takes it. */
function wrapCommand(line: string, margin: string, width: number): string {
  return wrapText(line.trim(), Math.max(1, width - margin.length - 6))
    .join(` \\\n${margin}    `)
    .replace(/^/, margin);
}

/** The text beside its term, or below it if there is not enough space. */
export function hang(
  term: string,
  text: string,
  { margin, width }: { readonly margin: string; readonly width: number },
): string {
  const room = width - widthOf(term);
  if (room >= narrowestColumn || widthOf(text) <= room)
    return term + indent(wrapText(text, room), ' '.repeat(widthOf(term))).trimStart();
  return `${term.trimEnd()}\n${indent(wrapText(text, Math.max(1, width - margin.length)), margin)}`;
}

function indent(lines: readonly string[], margin: string): string {
  return lines.map((line) => margin + line).join('\n');
}

function joinParagraphs(lines: readonly string[], width: number): readonly string[] {
  const joined: string[] = [];
  let isParagraph = false;
  for (const line of lines) {
    const isText = /^\S/.test(line) && !/\S {2,}\S/.test(line);
    const last = joined.at(-1);
    if (isText && isParagraph && last !== undefined) joined[joined.length - 1] = `${last} ${line}`;
    else joined.push(line);
    isParagraph = isText && (isParagraph || widthOf(line) > width);
  }
  return joined;
}
