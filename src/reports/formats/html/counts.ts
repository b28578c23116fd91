import { type AuditOutcome, severityNames } from '../../../domain/index.ts';
import { countFindings, type FindingCount } from '../../breakdown.ts';
import { type Finding, formatPolicyName } from '../../finding.ts';
import { ownerLabel, placeLabel } from './finding-rows.ts';
import { bar } from './marks.ts';
import { formatNumber, html, type Markup } from './template.ts';

/** Violations of the whole run by severity, from its totals: a filter of what is shown changes nothing here. */
export function renderSeverities({ totals: { failBySeverity } }: AuditOutcome): Markup {
  const most = Math.max(...Object.values(failBySeverity));
  return html`<section id="severities" aria-labelledby="severities-title">
<h2 id="severities-title">What failed</h2>
<table>
<caption>Violations by severity, without those that are accepted</caption>
<thead><tr><th scope="col">Severity</th><th scope="col" class="number">Violations</th><td></td></tr></thead>
<tbody>
${severityNames.map((severity) => html`<tr><th scope="row"><span class="tag ${severity}">${severity}</span></th><td class="number">${violations(failBySeverity[severity], `severity=${severity}&result=fail`)}</td><td class="bars">${bar(failBySeverity[severity], most)}</td></tr>\n`)}</tbody>
</table>
</section>`;
}

/** A number that leads to its findings. */
function violations(count: number, filter: string): Markup | string {
  return count === 0 ? '0' : html`<a data-filter="${filter}">${formatNumber(count)}</a>`;
}

type Breakdown = {
  readonly id: string;
  readonly title: string;
  readonly head: string;
  readonly labelOf: (finding: Finding) => string;
  /** What tells two of one label apart. */
  readonly placeOf?: (finding: Finding) => string;
  /** The filter that shows the findings of one row. */
  readonly filterOf: (finding: Finding) => Record<string, string>;
};

const breakdowns: readonly Breakdown[] = [
  {
    id: 'policies',
    title: 'By policy',
    head: 'Policy',
    labelOf: policyOf,
    filterOf: (finding) => ({ policy: policyOf(finding) }),
  },
  {
    id: 'namespaces',
    title: 'By namespace',
    head: 'Namespace',
    labelOf: namespaceOf,
    filterOf: (finding) => ({ namespace: namespaceOf(finding) }),
  },
  {
    id: 'owners',
    title: 'By owner',
    head: 'Owner',
    labelOf: ({ report }) => ownerLabel(report),
    placeOf: namespaceOf,
    filterOf: (finding) => ({ namespace: namespaceOf(finding), owner: ownerLabel(finding.report) }),
  },
];

function policyOf({ result }: Finding): string {
  return formatPolicyName(result.policy);
}

function namespaceOf({ report }: Finding): string {
  return placeLabel(report.subject.namespace, report.cluster);
}

/** Who has the most of it: policies, namespaces and owners, worst first. */
export function renderBreakdowns(findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined;
  return html`<div class="side">
${breakdowns.map((breakdown) => renderBreakdown(breakdown, findings))}
</div>`;
}

const openRows = 12;
const foldedRows = 88;

function renderBreakdown(breakdown: Breakdown, findings: readonly Finding[]): Markup {
  const { id, title, labelOf, placeOf } = breakdown;
  const keyOf = (finding: Finding): string => JSON.stringify([placeOf?.(finding), labelOf(finding)]);
  const examples = new Map(findings.map((finding) => [keyOf(finding), finding]));
  const rows = countFindings(findings, keyOf);
  const most = Math.max(...rows.map(({ fail }) => fail));
  const folded = rows.slice(openRows, openRows + foldedRows);
  const left = rows.length - openRows - folded.length;
  const table = (some: readonly FindingCount[], caption: string): Markup => html`<table class="tally">
<caption class="spoken">${caption}</caption>
<thead><tr><th scope="col">${breakdown.head}</th><th scope="col" class="number">fail</th><th scope="col" class="number">error</th><th scope="col" class="number">accepted</th></tr></thead>
<tbody>
${some.map((row) => renderCount(row, examples.get(row.key), { breakdown, most }))}</tbody>
</table>`;
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${table(rows.slice(0, openRows), title)}
${folded.length === 0 ? undefined : html`<details><summary>${folded.length} more</summary>${table(folded, `${title}, the next ${folded.length}`)}</details>`}
${left <= 0 ? undefined : html`<p class="note">${formatNumber(left)} others have fewer; a filter of the findings shows them.</p>`}
</section>`;
}

type Scale = { readonly breakdown: Breakdown; readonly most: number };

/** `example` is one of the findings that were counted, which all have the same label. */
function renderCount(
  { fail, error, accepted }: FindingCount,
  example: Finding | undefined,
  { breakdown: { labelOf, placeOf, filterOf }, most }: Scale,
): Markup | undefined {
  if (example === undefined) return undefined;
  const filter = new URLSearchParams(filterOf(example)).toString();
  const place = placeOf && html`<small>${placeOf(example)}</small>`;
  return html`<tr><th scope="row"><a data-filter="${filter}">${labelOf(example)}</a>${place}${bar(fail, most)}</th><td class="number">${formatNumber(fail)}</td><td class="number">${formatNumber(error)}</td><td class="number">${formatNumber(accepted)}</td></tr>\n`;
}
