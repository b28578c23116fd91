import type { AuditDocument, RenderContext } from '../../renderer.ts';
import { describeWork } from '../../work.ts';
import { targetOf } from './head.ts';
import { html, type Markup, moment } from './template.ts';

/** How the page was made, so that the run can be found again. */
export function renderRun({ outcome, gate }: AuditDocument, context: RenderContext): Markup {
  const { run, finishedAt } = outcome;
  return html`<footer>
<dl>
<dt>Scanned</dt><dd>${targetOf(context)}</dd>
<dt>From</dt><dd>${moment(run.startedAt)} to ${moment(finishedAt)}</dd>
<dt>Work</dt><dd>${describeWork(outcome)}</dd>
<dt>Gate</dt><dd>${gate.result} (--fail-on ${gate.failOn}), exit code ${gate.exitCode}</dd>
<dt>Run</dt><dd><code>${run.runUid}</code></dd>
<dt>By</dt><dd>audit-scanner ${context.toolVersion}</dd>
</dl>
</footer>`;
}
