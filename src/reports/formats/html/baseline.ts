import {
  type AuditOutcome,
  type BaselineComparison,
  type BaselineEntry,
  errorCodes,
} from '../../../domain/index.ts';
import { plural, toPlainText } from '../../../text/index.ts';
import { figure } from './figure.ts';
import { namespaceLabel } from './finding-rows.ts';
import { formatNumber, html, type Markup, moment, scrolling } from './template.ts';

/** What has changed since the baseline, with caveats; undefined without one. */
export function renderBaseline({ baseline }: AuditOutcome): Markup | undefined {
  if (baseline === undefined) return undefined;
  const { source, takenAt, warnings, counts, fixed, unseen } = baseline;
  const when = takenAt === undefined ? undefined : html` of ${moment(takenAt)}`;
  return html`<section id="baseline" aria-labelledby="baseline-title">
<h2 id="baseline-title">Since the baseline</h2>
<p class="note">Compared with <code>${toPlainText(source)}</code>${when}. A violation is the same as before by its policy and the top owner of its object.</p>
${warnings.length === 0 ? undefined : renderWarnings(warnings)}
${renderFigures(counts)}
${renderEntries('Fixed', fixed)}
${renderEntries('Not looked at in this run', unseen)}
</section>`;
}

function renderWarnings(warnings: BaselineComparison['warnings']): Markup {
  return html`<ul class="plain">${warnings.map((text) => html`<li><span class="mark">Warning:</span> ${toPlainText(text)} <code class="whole">${errorCodes.baselineDoubtful}</code></li>\n`)}</ul>`;
}

function renderFigures(counts: BaselineComparison['counts']): Markup {
  return html`<dl class="figures">
${figure('New', linked(counts.new, 'new'), '')}
${figure('Changed', linked(counts.changed, 'changed'), 'known, with another message')}
${figure('Known', linked(counts.known, 'known'), '')}
${figure('Fixed', counts.fixed, '')}
${figure('Not looked at', counts.unseen, counts.unseen === 0 ? '' : 'neither known nor fixed')}
</dl>`;
}

/** A number that leads to its findings. */
function linked(count: number, state: string): Markup | number {
  return count === 0 ? 0 : html`<a data-filter="baseline=${state}&result=fail">${formatNumber(count)}</a>`;
}

/** As many are listed; a page is opened by a browser. */
const mostEntries = 500;

function renderEntries(title: string, entries: readonly BaselineEntry[]): Markup | undefined {
  if (entries.length === 0) return undefined;
  const more = entries.length - mostEntries;
  return html`<details><summary>${title} (${formatNumber(entries.length)})</summary>
${scrolling(
  'baseline-title',
  html`<table>
<caption>${title}: entries of the baseline, each a policy and an object or its top owner</caption>
<thead><tr><th scope="col">Policy</th><th scope="col">Namespace</th><th scope="col">Object</th><th scope="col">Severity</th></tr></thead>
<tbody>
${entries.slice(0, mostEntries).map(renderEntry)}</tbody>
</table>`,
)}${more > 0 ? html`<p>${plural(more, 'more entry', 'more entries')} ${more === 1 ? 'is' : 'are'} not listed here; <code>-o json</code> has all of them.</p>` : undefined}</details>`;
}

function renderEntry({ policy, group, kind, namespace, name, severity }: BaselineEntry): Markup {
  const type = group === '' ? kind : `${kind}.${group}`;
  return html`<tr><th scope="row">${toPlainText(policy)}</th><td>${namespaceLabel(namespace)}</td><td>${toPlainText(`${type}/${name}`)}</td><td><span class="tag ${severity}">${severity}</span></td></tr>\n`;
}
