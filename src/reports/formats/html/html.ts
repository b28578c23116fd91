import { type Finding, toProblems } from '../../finding.ts';
import type { AuditDocument, RenderContext, ReportRenderer } from '../../renderer.ts';
import { rollUpReports } from '../../roll-up.ts';
import { toTrend } from '../../trend.ts';
import { isUnstarted } from '../../unstarted.ts';
import { chooseRollUp } from '../../view.ts';
import { renderBaseline } from './baseline.ts';
import { renderBreakdowns, renderSeverities } from './counts.ts';
import { renderExceptions } from './exceptions.ts';
import { toFindingRows } from './finding-rows.ts';
import { renderFindings } from './findings.ts';
import { headlineOf, renderHead, targetOf } from './head.ts';
import { renderLookedAt } from './looked-at.ts';
import { verdictIcon } from './marks.ts';
import { renderMatrix } from './matrix.ts';
import { renderPage } from './page.ts';
import { renderRun } from './run.ts';
import { html, type Markup } from './template.ts';
import { renderTrend } from './trend.ts';

/** For an overview of the state: one page that needs nothing but a browser. */
export const htmlRenderer: ReportRenderer = {
  render(document, context) {
    const title = `${headlineOf(document)}: ${targetOf(context)} (audit-scanner)`;
    const body = isUnstarted(document) ? renderUnstarted(document, context) : renderBody(document, context);
    return renderPage({ title, icon: verdictIcon(document.gate.result), body }).toString();
  },
  countResults: ({ reports }) => toProblems(reports).length,
};

function renderUnstarted(document: AuditDocument, context: RenderContext): Markup {
  return html`${renderHead(document, context)}
<main>${renderLookedAt(document.outcome)}</main>
${renderRun(document, context)}`;
}

/** A part of the page, and how the list of parts at the top calls what is in it: names by ids. */
type Part = { readonly names: Readonly<Record<string, string>>; readonly markup: Markup | undefined };

function renderBody(document: AuditDocument, context: RenderContext): Markup {
  const parts = toParts(document, context).filter(({ markup }) => markup !== undefined);
  const names = parts.flatMap((part) => Object.entries(part.names));
  return html`<a class="skip" href="#findings">Skip to the findings</a>
${renderHead(document, context)}
<nav aria-label="On this page"><ul>
${names.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>\n`)}</ul></nav>
<main>
${parts.map(({ markup }) => html`${markup}\n`)}</main>
${renderRun(document, context)}`;
}

function toParts(document: AuditDocument, context: RenderContext): readonly Part[] {
  const { outcome, reports } = document;
  const { history } = context;
  const findings = toProblems(reports);
  const rolled = toProblems(rollUpReports(reports, chooseRollUp(context.view)));
  const matrix = renderMatrix({ findings, gaps: outcome.coverage.gaps, policies: outcome.policies });
  return [
    { names: { baseline: 'Since the baseline' }, markup: renderBaseline(outcome) },
    {
      names: { severities: 'What failed', 'looked-at': 'What was looked at' },
      markup: html`<div class="side">${renderSeverities(outcome)}${renderLookedAt(outcome)}</div>`,
    },
    {
      names: { trend: 'Over time' },
      markup: history && renderTrend(toTrend(history, document, context)),
    },
    { names: { matrix: 'Policy by namespace' }, markup: matrix },
    {
      names: { policies: 'By policy, namespace and owner' },
      markup: renderBreakdowns(findings),
    },
    { names: { exceptions: 'Exceptions' }, markup: renderExceptions(outcome) },
    {
      names: { findings: 'Findings' },
      markup: renderFindings(toFindingRows(rolled, context), countHidden(document, findings)),
    },
  ];
}

/** Findings of the run that are not among those of the document. */
function countHidden({ outcome: { totals } }: AuditDocument, findings: readonly Finding[]): number {
  return Math.max(0, totals.results.fail + totals.results.error + totals.accepted - findings.length);
}
