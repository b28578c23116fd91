import { hang, pad, widthOf } from './wrap.ts';

export type ColumnOptions = {
  readonly gap?: string;
  /** Where a line is broken for people: the last column goes on below itself. Without it a row is one line. */
  readonly width?: number | undefined;
};

/** Fills the cells of each column up to its widest, and keeps the columns apart. The last column stays as it is, or is wrapped. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  { gap = '   ', width = Infinity }: ColumnOptions = {},
): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), 0),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => pad(cell, widths[column] ?? 0));
    const line = cells.join(gap).trimEnd();
    const last = row.at(-1) ?? '';
    if (widthOf(line) <= width || last === '' || row.length < columns) return line;
    return hang(cells.slice(0, -1).join(gap) + gap, last, { margin: '    ', width });
  });
}
