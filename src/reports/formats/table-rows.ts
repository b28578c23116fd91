import { type PolicyResult, severityOf } from '../../domain/index.ts';
import { pad, widthOf, wrapText } from '../../text/index.ts';
import { resultLabel, severityLabel } from '../finding.ts';
import { type Paint, resultStyle, severityStyle } from '../styles.ts';

const severityWidth = 'CRITICAL'.length;
const minColumnsWidth = 60;
/** A longer name stands on a line of its own where it would leave too little for the message. */
const minMessageWidth = 28;
const minNameWidth = 12;
const gap = '  ';

/** One finding as a table shows it under its heading. `name` is what the heading does not say: the policy, or the object. Plain text. */
export type TableRow = { readonly result: PolicyResult; readonly name: string; readonly message: string };

/** In a narrow terminal the message stands below its name instead of beside it. */
export type Layout = { readonly resultWidth: number; readonly messageWidth: number } & (
  | { readonly kind: 'columns'; readonly nameWidth: number }
  | { readonly kind: 'list' }
);

/** Columns in which all of the rows are aligned. Names of objects are long: where one does not fit, messages stand below all of them. */
export function layOut(rows: readonly TableRow[], width: number, namesAre: 'policies' | 'objects'): Layout {
  const labels = new Set(['error', ...rows.map(({ result }) => resultLabel(result))]);
  const resultWidth = Math.max(...[...labels].map(({ length }) => length));
  const list = { kind: 'list', resultWidth, messageWidth: Math.max(10, width - 4) } as const;
  if (width < minColumnsWidth) return list;
  const longest = rows.map(({ name }) => widthOf(name)).reduce((a, b) => Math.max(a, b), 0);
  const left = width - severityWidth - resultWidth - 4 * gap.length;
  const widest = Math.min(left - minMessageWidth, Math.floor(width * 0.3));
  if (namesAre === 'objects' && longest > widest) return list;
  const nameWidth = Math.min(longest, Math.max(minNameWidth, widest));
  return { kind: 'columns', resultWidth, nameWidth, messageWidth: left - nameWidth };
}

/** The lines of one finding, without line ends. */
export function renderRow(
  { result, name, message }: TableRow,
  layout: Layout,
  paint: Paint,
): readonly string[] {
  const severity = severityOf(result);
  const label = resultLabel(result);
  const head =
    gap +
    paint(severityStyle[severity], pad(severityLabel(severity), severityWidth)) +
    gap +
    paint(resultStyle[label], pad(label, layout.resultWidth)) +
    gap;
  const lines = wrapText(message, layout.messageWidth);
  if (layout.kind === 'list') return [head + name, ...lines.map((line) => `    ${line}`)];

  const indent = ' '.repeat(severityWidth + layout.resultWidth + layout.nameWidth + 4 * gap.length);
  const fits = widthOf(name) <= layout.nameWidth;
  const [first = '', ...rest] = lines;
  const opening = fits ? [head + pad(name, layout.nameWidth) + gap + first] : [head + name, indent + first];
  return [...opening, ...rest.map((line) => indent + line)];
}
