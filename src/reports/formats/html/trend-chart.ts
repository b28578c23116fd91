import type { TrendPoint } from '../../trend.ts';
import { formatNumber, html, type Markup } from './template.ts';

const width = 720;
const height = 180;
/** Room for the words at the end of a line. */
const right = 150;
const left = 48;
const bottom = 24;
/** Between two words that would stand on each other. */
const lineHeight = 15;

type Line = {
  readonly name: string;
  readonly title: string;
  readonly countOf: (point: TrendPoint) => number;
};

const lines: readonly Line[] = [
  { name: 'every', title: 'all violations', countOf: violationsOf },
  {
    name: 'worst',
    title: 'critical and high',
    countOf: ({ failBySeverity: { critical, high } }) => critical + high,
  },
];

export function violationsOf({ failBySeverity }: TrendPoint): number {
  return Object.values(failBySeverity).reduce((sum, count) => sum + count, 0);
}

/** Violations over time as lines; a run that did not look at everything is an open circle. At least two points, oldest first. */
export function renderChart(points: readonly TrendPoint[]): Markup {
  const most = Math.max(1, ...points.map(violationsOf));
  const place = createPlace(points, most);
  const [first, last] = [points[0], points.at(-1)].map((point) => dayOf(point?.finishedAt));
  return html`<svg class="chart" viewBox="0 0 ${width} ${height + bottom}" role="img" aria-labelledby="chart-title chart-text">
<title id="chart-title">Violations over time</title>
<desc id="chart-text">${describe(points)}</desc>
<g class="axis"><path d="M${left} 8H${width - right}M${left} ${height}H${width - right}"/></g>
<text x="${left - 8}" y="12" text-anchor="end">${formatNumber(most)}</text>
<text x="${left - 8}" y="${height + 4}" text-anchor="end">0</text>
<text x="${left}" y="${height + 18}">${first}</text>
<text x="${width - right}" y="${height + 18}" text-anchor="end">${last}</text>
${lines.map((line, index) => renderLine(line, index, { points, place }))}
</svg>
<p class="note">An open circle is a run that did not look at everything.</p>`;
}

type Place = (point: TrendPoint, count: number) => { readonly x: number; readonly y: number };

function createPlace(points: readonly TrendPoint[], most: number): Place {
  const times = points.map(({ finishedAt }) => finishedAt.getTime());
  const [from, to] = [Math.min(...times), Math.max(...times)];
  return ({ finishedAt }, count) => ({
    x: left + ((width - left - right) * (finishedAt.getTime() - from)) / Math.max(1, to - from),
    y: height - ((height - 8) * count) / most,
  });
}

type Drawing = { readonly points: readonly TrendPoint[]; readonly place: Place };

function renderLine({ name, title, countOf }: Line, index: number, { points, place }: Drawing): Markup {
  const places = points.map((point) => ({ ...place(point, countOf(point)), isOpen: !point.complete }));
  const end = points.at(-1);
  const count = end === undefined ? 0 : countOf(end);
  const { x = 0, y = 0 } = places.at(-1) ?? {};
  const corners = places.map((at) => `${at.x.toFixed(1)},${at.y.toFixed(1)}`).join(' ');
  // The upper line's words go up and the lower one's down, where they would meet.
  const wordsAt = y + 4 + (index === 0 ? -1 : 1) * Math.max(0, (lineHeight - gapOf(end, place)) / 2);
  return html`<g class="${name}"><polyline points="${corners}"/>
${places.map((at) => html`<circle${at.isOpen ? html` class="open"` : undefined} cx="${at.x.toFixed(1)}" cy="${at.y.toFixed(1)}" r="3"/>`)}
<text class="label" x="${(x + 10).toFixed(1)}" y="${wordsAt.toFixed(1)}">${formatNumber(count)} ${title}</text></g>`;
}

/** How far apart the lines end. */
function gapOf(end: TrendPoint | undefined, place: Place): number {
  if (end === undefined) return 0;
  const [upper = 0, lower = 0] = lines.map(({ countOf }) => place(end, countOf(end)).y);
  return lower - upper;
}

function describe(points: readonly TrendPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '';
  return `From ${violationsOf(first)} violations on ${dayOf(first.finishedAt)} to ${violationsOf(last)} on ${dayOf(last.finishedAt)}, in ${points.length} runs.`;
}

function dayOf(date: Date | undefined): string {
  return date?.toISOString().slice(0, 10) ?? '';
}
