import { countStates, type DiffEntry } from '../../domain/index.ts';
import { plural } from '../../text/index.ts';
import { severityLabel } from '../finding.ts';
import { escapeMarkdown } from '../markup.ts';
import { joinCells, renderMarkdownTable } from '../overview-markdown.ts';
import type { DiffDocument } from './document.ts';
import { countBy, countings, describeSide, formatOwnerOf, sortEntries, stateTitles } from './words.ts';

/** Rows of each table: a page of GitHub holds no more than its megabyte. */
const mostRows = 100;

/** For comments and job summaries: the verdict, what has to be known, and what is new, changed and fixed. */
export function renderDiffMarkdown({ diff, gate }: DiffDocument): string {
  const { old, current, entries, notes } = diff;
  const counts = countStates(entries);
  const sections = [
    '## audit-scanner diff',
    `**${escapeMarkdown(gate.verdict)}**`,
    [describeSide(old), describeSide(current)].map((text) => `* ${escapeMarkdown(text)}`).join('\n'),
    ...(notes.length === 0 ? [] : [notes.map((text) => `> * ${escapeMarkdown(text)}`).join('\n')]),
    renderMarkdownTable(
      stateTitles.map(([, title]) => title),
      [joinCells(stateTitles.map(([state]) => String(counts[state])))],
    ),
    ...stateTitles
      .filter(([state]) => state !== 'known')
      .flatMap(([state, title]) =>
        renderState(
          title,
          entries.filter((one) => one.state === state),
        ),
      ),
    ...renderNamespaces(entries),
  ];
  return `${sections.join('\n\n')}\n`;
}

function renderState(title: string, entries: readonly DiffEntry[]): readonly string[] {
  if (entries.length === 0) return [];
  const left = entries.length - mostRows;
  const rows = sortEntries(entries)
    .slice(0, mostRows)
    .map(({ entry }) =>
      joinCells([
        severityLabel(entry.severity),
        `<code>${escapeMarkdown(formatOwnerOf(entry))}</code>`,
        `<code>${escapeMarkdown(entry.policy)}</code>`,
        escapeMarkdown(entry.messages[0] ?? ''),
      ]),
    );
  return [
    `### ${title}`,
    renderMarkdownTable(['Severity', 'Owner', 'Policy', 'Message'], rows),
    ...(left > 0 ? [`and ${plural(left, 'more', 'more')}; \`-o json\` has all of them.`] : []),
  ];
}

function renderNamespaces(entries: readonly DiffEntry[]): readonly string[] {
  const changed = entries.filter(({ state }) => state !== 'known');
  const [, byNamespace] = countings;
  if (changed.length === 0 || byNamespace === undefined) return [];
  const [title, keyOf] = byNamespace;
  const rows = countBy(changed, keyOf).slice(0, mostRows);
  const states = stateTitles.filter(([state]) => state !== 'known');
  return [
    '### By namespace',
    renderMarkdownTable(
      [title, ...states.map(([, name]) => name)],
      rows.map(({ key, counts }) =>
        joinCells([escapeMarkdown(key), ...states.map(([state]) => String(counts[state]))]),
      ),
    ),
  ];
}
