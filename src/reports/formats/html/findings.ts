import { plural, toPlainJson } from '../../../text/index.ts';
import { type FindingRow, toFindingData } from './finding-rows.ts';
import { formatNumber, html, type Markup, trusted } from './template.ts';

/** Rows that are there without scripts, the worst first; src/page shows as many at once. */
const plainRows = 500;
/** Characters; a longer message folds. As in src/page. */
const openMessage = 400;

const noRow: FindingRow = {
  severity: '',
  result: '',
  baseline: '',
  namespace: '',
  object: '',
  policy: '',
  owner: '',
  share: '',
  members: '',
  message: '',
  source: '',
  reason: '',
};

/** Every finding: some as plain rows, all as data from which the script of the page makes rows of the same form. */
export function renderFindings(rows: readonly FindingRow[], hidden: number): Markup {
  const heading = html`<h2 id="findings-title" tabindex="-1">Findings</h2>`;
  const unseen = hidden === 0 ? undefined : renderHidden(hidden);
  if (rows.length === 0)
    return html`<section id="findings" aria-labelledby="findings-title">${heading}${unseen}<p>There are none.</p></section>`;
  return html`<section id="findings" aria-labelledby="findings-title">
${heading}${unseen}${tellRolledUp(rows)}
${renderFilter()}
<p class="note" id="shown" role="status" tabindex="-1">${describeShown(rows.length)}</p>
<div class="findings"><table role="table">
<caption class="spoken">Findings, the worst first</caption>
<thead role="rowgroup"><tr role="row">${heads.map(([name, title]) => html`<th role="columnheader" scope="col" class="${name}" data-sort="${name}">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.slice(0, plainRows).map((row) => renderRow(row))}</tbody>
</table></div>
<button type="button" class="more" hidden>Show more</button>
<template id="finding">${renderRow(noRow, { isTemplate: true })}</template>
<script type="application/json" id="finding-data">${trusted(toScriptJson(toFindingData(rows)))}</script>
</section>`;
}

/** Said where the run was asked to show only some of its results. */
function renderHidden(count: number): Markup {
  return html`<p class="mark">${plural(count, 'more finding')} of this run ${count === 1 ? 'is' : 'are'} not on this page, because only some were asked for (--show, --severity). The verdict and the counts at the top hold for all of them.</p>`;
}

/** Why the counts above may be larger than the number of rows. */
function tellRolledUp(rows: readonly FindingRow[]): Markup | undefined {
  const joined = rows.filter(({ share }) => share !== '').length;
  if (joined === 0) return undefined;
  return html`<p class="note">${plural(joined, 'finding')} ${joined === 1 ? 'is' : 'are'} shown once for several objects of one owner (--no-roll-up shows each); the counts above are per object.</p>`;
}

function describeShown(count: number): string {
  if (count <= plainRows) return `${plural(count, 'finding')}, the worst first.`;
  return `The ${plainRows} worst of ${formatNumber(count)} findings are listed. The others are in this file too, and shown where scripts may run; the counts by policy, namespace and owner above hold for all of them.`;
}

const heads = [
  ['severity', 'Severity'],
  ['result', 'Result'],
  ['namespace', 'Namespace'],
  ['object', 'Object'],
  ['policy', 'Policy'],
  ['message', 'Message'],
] as const;

const choices = [
  ['severity', 'Severity'],
  ['result', 'Result'],
  ['baseline', 'Since the baseline'],
  ['policy', 'Policy'],
  ['namespace', 'Namespace'],
  ['owner', 'Owner'],
] as const;

/** Shown by the script, without which it would do nothing. */
function renderFilter(): Markup {
  return html`<form class="filter" aria-label="Filter the findings" hidden>
<label>Search <input type="search" name="q" autocomplete="off" spellcheck="false"></label>
${choices.map(([name, title]) => html`<label>${title} <select name="${name}"><option value="">any</option></select></label>`)}
<button type="reset">Clear</button>
</form>`;
}

/** A row; for the template, with every part that a row may have. */
function renderRow(row: FindingRow, { isTemplate = false } = {}): Markup {
  const part = (isThere: boolean, markup: Markup): Markup | undefined =>
    isThere || isTemplate ? markup : undefined;
  const { severity, result, baseline, namespace, object, policy, owner, message, source, reason } = row;
  const { share, members } = row;
  const isLong = message.length > openMessage;
  return html`<tr role="row"><td role="cell" class="severity"><span class="tag ${severity}" data-is="severity">${severity}</span></td>
<td role="cell" class="result"><span data-is="result">${result}</span>${part(baseline !== '', html`<small data-is="baseline">${baseline}</small>`)}</td>
<td role="cell" class="namespace"><a data-is="namespace">${namespace}</a></td>
<th role="rowheader" scope="row" class="object"><a data-is="object">${object}</a>${part(owner !== object, html`<small>part of <a data-is="owner">${owner}</a></small>`)}${part(share !== '', html`<details class="members"><summary data-is="share">${share}</summary><p data-is="members">${members}</p></details>`)}${part(source !== '', html`<small data-is="source">${source}</small>`)}</th>
<td role="cell" class="policy"><a data-is="policy">${policy}</a></td>
<td role="cell" class="message">${part(!isLong, html`<p data-is="message">${message}</p>`)}${part(isLong, html`<details><summary>${message.slice(0, openMessage / 2)}…</summary><p>${message}</p></details>`)}${part(reason !== '', html`<small>accepted: <span data-is="reason">${reason}</span></small>`)}</td></tr>
`;
}

/** JSON that no parser of HTML takes for the end of the script that it is in, or for a comment. */
function toScriptJson(value: unknown): string {
  return toPlainJson(value).replaceAll('<', '\\u003c');
}
