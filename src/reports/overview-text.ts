import { pad, plural, widthOf, wrapText } from '../text/index.ts';
import { type FindingCount, formatCounts } from './breakdown.ts';
import type { CountedBy } from './overview.ts';
import type { Paint } from './styles.ts';

/** Narrower than this, counts stand below their name. */
const narrowestCounts = 24;

/** The counts for a terminal, one section below the other; lines are no wider than `width`. Empty where nothing was found. */
export function renderOverview(
  sections: readonly CountedBy[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const rows = sections.flatMap((section) => section.rows);
  if (rows.length === 0) return '';
  const numberWidth = Math.max(...rows.map((row) => String(totalOf(row)).length));
  const longest = Math.max(...rows.map(({ key }) => widthOf(key)));
  const left = numberWidth + 4;
  const nameWidth = Math.min(longest, Math.max(10, width - left - 2 - narrowestCounts));
  const layout = { width, numberWidth, nameWidth, left };
  return sections
    .map((section) => {
      const lines = section.rows.flatMap((row) => renderRow(row, layout));
      return [paint('bold', renderTitle(section)), ...lines].map((line) => `${line}\n`).join('');
    })
    .join('\n');
}

function renderTitle({ title, rows, all }: CountedBy): string {
  const more = all - rows.length;
  return more > 0 ? `${title} (${rows.length} of ${all})` : title;
}

type Layout = {
  readonly width: number;
  readonly numberWidth: number;
  readonly nameWidth: number;
  /** Where names begin. */
  readonly left: number;
};

function renderRow(row: FindingCount, { width, numberWidth, nameWidth, left }: Layout): readonly string[] {
  const head = `  ${String(totalOf(row)).padStart(numberWidth)}  `;
  const counts =
    row.objects === totalOf(row)
      ? formatCounts(row)
      : `${formatCounts(row)} on ${plural(row.objects, 'object')}`;
  const countsWidth = Math.max(10, width - left - nameWidth - 2);
  if (widthOf(row.key) <= nameWidth) {
    const indent = ' '.repeat(left + nameWidth + 2);
    const [first = '', ...rest] = wrapText(counts, countsWidth);
    return [`${head}${pad(row.key, nameWidth)}  ${first}`, ...rest.map((line) => indent + line)];
  }
  const margin = ' '.repeat(left);
  const [first = '', ...rest] = wrapText(row.key, Math.max(10, width - left));
  const below = wrapText(counts, Math.max(10, width - left - 2)).map((line) => `${margin}  ${line}`);
  return [head + first, ...rest.map((line) => margin + line), ...below];
}

function totalOf({ fail, error, accepted }: FindingCount): number {
  return fail + error + accepted;
}
