import { lengthOf, pad } from './wrap.ts';

/** Fills the cells of each column up to its widest, and keeps the columns apart. The last column stays as it is. */
export function alignColumns(rows: readonly (readonly string[])[], gap = '   '): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, lengthOf(row[column] ?? '')), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}
