import { severityNames } from '../../../domain/index.ts';
import { plural, toPlainText } from '../../../text/index.ts';
import type { Trend, TrendPoint } from '../../trend.ts';
import { formatNumber, html, type Markup, moment, scrolling } from './template.ts';
import { renderChart, violationsOf } from './trend-chart.ts';

/** Earlier runs, as a chart and as numbers. */
export function renderTrend({ points, unreadable }: Trend): Markup {
  const drawn = points.filter(({ counts }) => counts);
  return html`<section id="trend" aria-labelledby="trend-title">
<h2 id="trend-title">Over time</h2>
${drawn.length < 2 ? html`<p>There is no earlier run to compare with.</p>` : renderChart(drawn)}
${points.length < 2 ? undefined : renderRuns(points)}
${unreadable.length === 0 ? undefined : renderUnreadable(unreadable)}
</section>`;
}

function renderRuns(points: readonly TrendPoint[]): Markup {
  const doubtful = points.filter(({ doubt }) => doubt !== undefined).length;
  const note = doubtful === 0 ? '' : `, ${doubtful} with a mark`;
  return html`<details><summary>${plural(points.length, 'run')} as a table${note}</summary>
${scrolling(
  'trend-title',
  html`<table>
<caption>Violations that are not accepted, by run and severity; the last run first</caption>
<thead><tr><th scope="col">When</th>${severityNames.map((severity) => html`<th scope="col" class="number">${severity}</th>`)}<th scope="col" class="number">All</th><th scope="col" class="number">No answer</th><th scope="col" class="number">Accepted</th><th scope="col">Complete</th><th scope="col">File</th></tr></thead>
<tbody>
${points.toReversed().map(renderPoint)}</tbody>
</table>`,
)}</details>`;
}

function renderPoint(point: TrendPoint): Markup {
  const { finishedAt, failBySeverity, error, accepted, complete, file, doubt } = point;
  const mark = doubt === undefined ? undefined : html`<br><span class="mark">${toPlainText(doubt)}</span>`;
  return html`<tr><th scope="row">${moment(finishedAt)}</th>${severityNames.map((severity) => number(failBySeverity[severity]))}${number(violationsOf(point))}${number(error)}${number(accepted)}<td>${complete ? 'yes' : html`<span class="mark">no</span>`}</td><td>${file === undefined ? 'this run' : html`<code>${toPlainText(file)}</code>`}${mark}</td></tr>\n`;
}

function number(count: number): Markup {
  return html`<td class="number">${formatNumber(count)}</td>`;
}

function renderUnreadable(files: Trend['unreadable']): Markup {
  return html`<p class="mark">${plural(files.length, 'file')} could not be used, and ${files.length === 1 ? 'is' : 'are'} missing above:</p>
<ul class="plain">${files.map(({ file, unreadable }) => html`<li><code>${toPlainText(file)}</code>: ${toPlainText(unreadable)}</li>\n`)}</ul>`;
}
