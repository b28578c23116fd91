import { countStates, type DiffEntry, type DiffState } from '../../domain/index.ts';
import {
  alignColumns,
  pad,
  plural,
  toPlainText,
  toTerminalMessage,
  wrapLines,
  wrapText,
} from '../../text/index.ts';
import { severityLabel } from '../finding.ts';
import { createPaint, type Paint, type Style, severityStyle } from '../styles.ts';
import type { DiffDocument } from './document.ts';
import { countBy, countings, describeSide, formatOwnerOf, sortEntries, stateTitles } from './words.ts';

export type DiffTextOptions = {
  readonly width: number;
  readonly color: boolean;
  /** How much there is of everything. */
  readonly counts: boolean;
  /** Everything instead of the worst, and also what has not changed. */
  readonly verbose: boolean;
};

/** Owners that are shown of each state, and rows of each table; a screen holds no more. */
const mostShown = 15;

const stateStyles: Readonly<Record<DiffState, Style>> = {
  new: 'red',
  changed: 'yellow',
  fixed: 'green',
  notSeenBefore: 'yellow',
  notSeenNow: 'yellow',
  known: 'bold',
};

/** For people: what is new first, by owner and the worst first; then what changed, what is fixed, what is not known, and the counts. */
export function renderDiff({ diff }: DiffDocument, options: DiffTextOptions): string {
  const { old, current, entries } = diff;
  const head = [`OLD  ${describeSide(old)}`, `NEW  ${describeSide(current)}`];
  const sections = [
    toLines(head.map((line) => wrapLines(line, options.width))),
    ...stateTitles
      .filter(([state]) => state !== 'known' || options.verbose)
      .map(([state, title]) =>
        renderState(
          { state, title },
          entries.filter((one) => one.state === state),
          options,
        ),
      ),
    ...(options.counts ? renderCounts(entries, options) : []),
  ];
  return `${sections.filter((section) => section !== '').join('\n')}\n`;
}

function renderState(
  { state, title }: { readonly state: DiffState; readonly title: string },
  entries: readonly DiffEntry[],
  { width, color, verbose }: DiffTextOptions,
): string {
  if (entries.length === 0) return '';
  const paint = createPaint(color);
  const owners = [...Map.groupBy(sortEntries(entries), ({ entry }) => formatOwnerOf(entry))];
  const shown = verbose ? owners : owners.slice(0, mostShown);
  return toLines([
    paint(stateStyles[state], `${title.toUpperCase()}  ${entries.length}`),
    ...shown.flatMap(([owner, group]) => [
      paint('bold', `  ${owner}`),
      ...group.flatMap((one) => renderEntry(one, width, paint)),
    ]),
    ...more(owners.length - shown.length, 'more owner'),
  ]);
}

function renderEntry({ entry, before }: DiffEntry, width: number, paint: Paint): readonly string[] {
  const { severity, policy, messages } = entry;
  const label = paint(severityStyle[severity], pad(severityLabel(severity), 8));
  const [message = ''] = messages;
  const others = messages.length > 1 ? ` (and ${plural(messages.length - 1, 'other message')})` : '';
  const said = before[0] === undefined ? '' : ` (it said: ${toTerminalMessage(before[0])})`;
  const text = `${toPlainText(policy)}: ${toTerminalMessage(message) || 'no reason given'}${others}${said}`;
  const [first = '', ...rest] = wrapText(text, Math.max(20, width - 14));
  return [`    ${label}  ${first}`, ...rest.map((line) => ' '.repeat(14) + line)];
}

/** By namespace and by policy where anything changed, and all in all. */
function renderCounts(entries: readonly DiffEntry[], { color, verbose }: DiffTextOptions): readonly string[] {
  const paint = createPaint(color);
  const states = stateTitles.filter(([state]) => entries.some((one) => one.state === state));
  const changed = entries.some(({ state }) => state !== 'known');
  const tables = countings
    .filter(([title]) => changed && title !== 'Owner')
    .map(([title, keyOf]) => {
      const rows = countBy(entries, keyOf);
      const shown = verbose ? rows : rows.slice(0, mostShown);
      const cells = shown.map(({ key, counts }) => [
        toPlainText(key),
        ...states.map(([state]) => String(counts[state])),
      ]);
      const header = [title, ...states.map(([, name]) => name)].map((text) => text.toUpperCase());
      const [head = '', ...lines] = alignColumns([header, ...cells]);
      return toLines([
        paint('bold', head),
        ...lines,
        ...more(rows.length - shown.length, `more ${title.toLowerCase()}`),
      ]);
    });
  const counts = countStates(entries);
  const total = stateTitles.map(([state, title]) => `${counts[state]} ${title.toLowerCase()}`).join(', ');
  return [...tables, toLines([`${plural(entries.length, 'violation')}, each once for an owner: ${total}`])];
}

function more(count: number, what: string): readonly string[] {
  if (count <= 0) return [];
  const many = what.endsWith('y') ? `${what.slice(0, -1)}ies` : undefined;
  return [`  and ${plural(count, what, many)} (-v shows all)`];
}

function toLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
