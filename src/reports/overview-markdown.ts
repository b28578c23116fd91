import { severityNames } from '../domain/index.ts';
import { type FindingCount } from './breakdown.ts';
import { escapeMarkdown } from './markup.ts';
import type { CountedBy } from './overview.ts';

/** The counts as tables with a heading each; empty where nothing was found. */
export function renderOverviewMarkdown(sections: readonly CountedBy[]): readonly string[] {
  const found = sections.filter(({ rows }) => rows.length > 0);
  return found.flatMap(({ title, rows, all }) => {
    const columns = [...severityColumns, ...otherColumns].filter(({ valueOf }) =>
      rows.some((row) => valueOf(row) > 0),
    );
    const header = [title, ...columns.map((column) => column.title), 'Objects'];
    const cells = rows.map((row) => [
      `<code>${escapeMarkdown(row.key)}</code>`,
      ...columns.map(({ valueOf }) => String(valueOf(row) || '')),
      String(row.objects),
    ]);
    const more = all - rows.length;
    const table = renderMarkdownTable(header.map(capitalize), cells.map(joinCells));
    return [table, ...(more > 0 ? [`and ${more} more`] : [])];
  });
}

type Column = { readonly title: string; readonly valueOf: (row: FindingCount) => number };

const severityColumns: readonly Column[] = severityNames.map((severity) => ({
  title: severity,
  valueOf: ({ failBySeverity }) => failBySeverity[severity],
}));

const otherColumns: readonly Column[] = [
  { title: 'errors', valueOf: ({ error }) => error },
  { title: 'accepted', valueOf: ({ accepted }) => accepted },
];

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Cells are Markdown already. */
export function renderMarkdownTable(header: readonly string[], rows: readonly string[]): string {
  return [joinCells(header), joinCells(header.map(() => '---')), ...rows].join('\n');
}

/** One row of a table. */
export function joinCells(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
