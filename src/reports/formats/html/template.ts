import { html as fill, raw } from 'hono/html';
import { toPlainLines } from '../../../text/index.ts';

/** Markup, which goes into other markup as it is. */
export type Markup = Exclude<ReturnType<typeof fill>, Promise<unknown>>;

/** What may stand in a template: texts, which are escaped, and markup. Undefined is nothing. */
export type Piece = Markup | string | number | undefined | readonly Piece[];

/** A template. Attributes have to be in double quotes. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const made = fill(strings, ...pieces.map(toPlainPiece));
  // Only promises make promises, and no piece is one.
  if (made instanceof Promise) throw new TypeError('a template waits for a piece');
  return made;
}

/** Trusted markup that we write ourselves: style, script, escaped data. */
export function trusted(markup: string): Markup {
  return raw(markup);
}

const lineBreak = raw('&#10;');
const numberSign = raw('&#35;');

/** What begins a command to a CI system, at the start of a line or after a `#`, is spelt in another way: the page may go to its log. */
function toPlainPiece(piece: Piece): Piece {
  if (piece === undefined || typeof piece === 'number') return piece;
  if (Array.isArray(piece)) return piece.map(toPlainPiece);
  if (typeof piece !== 'string') return piece;
  const text = toPlainLines(piece);
  if (!/\n|##/.test(text)) return text;
  return text
    .split(/(\n|(?<=#)#)/)
    .map((part) => (part === '\n' ? lineBreak : part === '#' ? numberSign : part));
}

/** `1,234`. */
export function formatNumber(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A moment, to the minute. */
export function moment(date: Date): Markup {
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

/** A table that scrolls by itself where it is too wide; `title` is the id of what names it. */
export function scrolling(title: string, table: Markup): Markup {
  return html`<div class="scroll" role="group" aria-labelledby="${title}" tabindex="0">${table}</div>`;
}
