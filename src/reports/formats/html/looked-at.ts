import {
  type AuditOutcome,
  type ClusterOutcome,
  type CoverageGap,
  formatPolicy,
} from '../../../domain/index.ts';
import { plural, toPlainText } from '../../../text/index.ts';
import { nameCluster, whyNot } from '../../clusters.ts';
import { describeCoverage, describeKept } from '../../coverage.ts';
import { describeInput, describeWarning } from '../../input.ts';
import { listMissed, type Missed } from '../../missed.ts';
import { share } from './marks.ts';
import { formatNumber, html, type Markup, scrolling } from './template.ts';

/** What was looked at, and just as plainly what was not, and why. */
export function renderLookedAt(outcome: AuditOutcome): Markup {
  const { scanned, partial, failed } = outcome.coverage.cells;
  return html`<section id="looked-at" aria-labelledby="looked-at-title">
<h2 id="looked-at-title">What was looked at</h2>
${share([
  { name: 'in-full', count: scanned },
  { name: 'partly', count: partial },
  { name: 'not', count: failed },
])}
<p>${describeCoverage(outcome.coverage)}.</p>
<p class="note">A check is one policy on one resource type in one namespace.</p>
${renderClusters(outcome)}${renderMissed(listMissed(outcome))}
${renderGaps(outcome.coverage.gaps)}
${renderWarnings(outcome)}
${renderLeftOut(outcome)}
</section>`;
}

/** One row for each cluster of several. */
function renderClusters({ clusters }: AuditOutcome): Markup | undefined {
  if (clusters === undefined) return undefined;
  return html`<table>
<caption>What was looked at in each cluster</caption>
<thead><tr><th scope="col">Cluster</th><th scope="col">Looked at</th><th scope="col" class="number">fail</th><th scope="col" class="number">error</th></tr></thead>
<tbody>
${clusters.map(renderCluster)}</tbody>
</table>
`;
}

function renderCluster(cluster: ClusterOutcome): Markup {
  const { started, outcome } = cluster;
  const { results } = outcome.totals;
  const mark = outcome.complete
    ? undefined
    : html`<span class="mark">${started ? 'In part' : 'Not scanned'}:</span> `;
  return html`<tr><th scope="row">${nameCluster(cluster)}</th><td>${mark}${started ? describeCoverage(outcome.coverage) : whyNot(outcome)}</td><td class="number">${formatNumber(results.fail)}</td><td class="number">${formatNumber(results.error)}</td></tr>\n`;
}

function renderMissed(missed: readonly Missed[]): Markup {
  if (missed.length === 0) return html`<p>Nothing was missed.</p>`;
  return html`<h3><span class="mark">What was not</span></h3>
<table>
<caption>What could not be listed, evaluated or stored</caption>
<thead><tr><th scope="col">What</th><th scope="col">Why</th><th scope="col" class="number">Times</th></tr></thead>
<tbody>
${missed.map(({ scope, message, code, count }) => html`<tr><th scope="row">${scope}</th><td>${message} <code class="whole">${code}</code></td><td class="number">${formatNumber(count)}</td></tr>\n`)}</tbody>
</table>`;
}

function renderGaps(gaps: readonly CoverageGap[]): Markup | undefined {
  if (gaps.length === 0) return undefined;
  return html`<details><summary>${plural(gaps.length, 'gap')}, by policy, type and namespace</summary>
${scrolling(
  'looked-at-title',
  html`<table>
<caption>Checks that were not made in full</caption>
<thead><tr><th scope="col">Policy</th><th scope="col">Type</th><th scope="col">Namespace</th><th scope="col">How much</th><th scope="col">Why</th></tr></thead>
<tbody>
${gaps.map(renderGap)}</tbody>
</table>`,
)}</details>`;
}

function renderGap(gap: CoverageGap): Markup {
  const { policies, resource, namespace, state, missing, reason, code, cluster } = gap;
  const place = cluster === undefined ? (namespace ?? 'all') : `${cluster}: ${namespace ?? 'all'}`;
  const number = missing === undefined ? '' : ` (${formatNumber(missing)} missing)`;
  return html`<tr><th scope="row">${policies.length === 0 ? 'all' : policies.map(toPlainText).join(', ')}</th><td>${resource ?? 'all'}</td><td>${place}</td><td>${state === 'failed' ? 'not at all' : 'in part'}${number}</td><td>${reason} <code class="whole">${code}</code></td></tr>\n`;
}

function renderWarnings({ coverage }: AuditOutcome): Markup | undefined {
  const lines = [
    ...describeKept(coverage),
    ...(coverage.input?.warnings ?? []).map((warning) => `Warning: ${describeWarning(warning)}`),
  ];
  return lines.length === 0 ? undefined : list(lines);
}

/** What was left out on purpose: by the settings, or because it cannot be a manifest. */
function renderLeftOut({ coverage, policies }: AuditOutcome): Markup | undefined {
  const { ignoredNamespaces, labelSelector, skipped, input } = coverage;
  const lines = [
    ...(labelSelector === undefined ? [] : [`only objects with the labels ${labelSelector}`]),
    ...(ignoredNamespaces.length === 0
      ? []
      : [`namespaces that were left out: ${ignoredNamespaces.join(', ')}`]),
    ...policies
      .filter(({ state }) => state === 'skipped')
      .map(
        ({ policy, reason }) => `${formatPolicy(policy)} is not audited: ${reason ?? 'no reason is known'}`,
      ),
    ...policies.flatMap(({ policy, notes }) => notes.map((note) => `${formatPolicy(policy)}: ${note}`)),
    ...skipped.map(
      ({ policy, resource, namespaces, reason }) =>
        `${policy} on ${resource ?? 'all types'}${namespaces === undefined ? '' : ` in ${plural(namespaces, 'namespace')}`}: ${reason}`,
    ),
    ...describeInput(input, { verbose: true }),
  ].map(toPlainText);
  if (lines.length === 0) return undefined;
  return html`<details><summary>Left out on purpose (${lines.length})</summary>${list(lines)}</details>`;
}

function list(lines: readonly string[]): Markup {
  return html`<ul class="plain">${lines.map((line) => html`<li>${line}</li>\n`)}</ul>`;
}
