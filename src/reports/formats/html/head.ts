import { formatSeverityCounts } from '../../../domain/index.ts';
import { plural } from '../../../text/index.ts';
import { listMissed } from '../../missed.ts';
import type { AuditDocument, RenderContext } from '../../renderer.ts';
import { isUnstarted } from '../../unstarted.ts';
import { figure } from './figure.ts';
import { verdictSign } from './marks.ts';
import { formatNumber, html, type Markup, moment } from './template.ts';

/** The result of the run as a headline. */
export function headlineOf(document: AuditDocument): string {
  const { gate, outcome } = document;
  if (isUnstarted(document)) return 'Nothing was scanned';
  switch (gate.result) {
    case 'passed':
      return 'Passed';
    case 'failed':
      return outcome.complete ? 'Failed' : 'Failed, and not everything was looked at';
    case 'incomplete':
      return 'Not everything was looked at';
    case 'none':
      return 'There was nothing to judge';
  }
}

/** What was scanned, as a title has it. */
export function targetOf({ target }: RenderContext): string {
  if (target.contexts !== undefined) return plural(target.contexts.length, 'cluster');
  return target.paths?.join(', ') ?? target.context ?? target.server ?? 'a cluster';
}

/** The first screen: what was scanned, the verdict, and the figures behind it. */
export function renderHead(document: AuditDocument, context: RenderContext): Markup {
  const { gate, outcome } = document;
  const { server } = context.target;
  return html`<header>
<p class="of"><span>audit-scanner: <b>${targetOf(context)}</b>${server === undefined ? undefined : html` <span>(${server})</span>`}</span> ${moment(outcome.finishedAt)}</p>
<h1 class="${gate.result}">${verdictSign(gate.result)}<span>${headlineOf(document)}</span></h1>
<p class="verdict">${gate.verdict}</p>
${outcome.complete ? undefined : renderWarning(document)}
${isUnstarted(document) ? undefined : renderFigures(document)}
</header>`;
}

function renderWarning({ outcome }: AuditDocument): Markup {
  const missed = listMissed(outcome);
  return html`<p class="verdict"><span class="mark">Incomplete:</span> <a href="#looked-at">${plural(missed.length, 'thing')} could not be looked at</a>, which is not a pass.</p>`;
}

function renderFigures({ outcome }: AuditDocument): Markup {
  const { totals, coverage, policies } = outcome;
  const { cells } = coverage;
  const checks = cells.scanned + cells.partial + cells.failed;
  const audited = policies.filter(({ state }) => state === 'audited').length;
  const severities = formatSeverityCounts(totals.failBySeverity);
  return html`<dl class="figures">
${figure('Violations', totals.results.fail, severities)}
${figure('Could not be evaluated', totals.results.error, totals.results.error === 0 ? '' : 'no answer is not a pass')}
${figure('Accepted', totals.accepted, totals.accepted === 0 ? '' : 'each with a reason')}
${figure('Passed', totals.results.pass, '')}
${figure('Checks in full', cells.scanned, `of ${formatNumber(checks)}`)}
${figure('Objects', totals.resources, plural(audited, 'policy', 'policies'))}
</dl>`;
}
