import {
  type AuditOutcome,
  type ExceptionUse,
  formatException,
  formatExceptionPlace,
  type InvalidAnnotation,
} from '../../../domain/index.ts';
import { toPlainText } from '../../../text/index.ts';
import { describeInvalidAnnotation, formatOthers, lastMoment } from '../../exception-warnings.ts';
import { formatNumber, html, type Markup, scrolling } from './template.ts';

/** What somebody has to act on first. */
const states: readonly ExceptionUse['state'][] = ['expired', 'unused', 'unclear', 'used'];

const words: Readonly<Record<ExceptionUse['state'], string>> = {
  expired: 'expired; what it covers counts again',
  unused: 'covers nothing',
  unclear: 'covers nothing of what was looked at',
  used: 'in use',
};

/** What is accepted, by whom, and until when. */
export function renderExceptions({ exceptions = [], annotations }: AuditOutcome): Markup | undefined {
  const invalid = annotations?.invalid ?? [];
  if (exceptions.length + invalid.length === 0) return undefined;
  return html`<section id="exceptions" aria-labelledby="exceptions-title">
<h2 id="exceptions-title">Exceptions</h2>
${renderInvalid(invalid)}${exceptions.length === 0 ? '' : renderUses(exceptions)}
</section>`;
}

function renderInvalid(invalid: readonly InvalidAnnotation[]): Markup | string {
  if (invalid.length === 0) return '';
  return html`<p><span class="mark">These annotations are not valid, and accept nothing:</span></p>
<ul>
${invalid.map((one) => html`<li>${toPlainText(describeInvalidAnnotation(one))}</li>\n`)}</ul>
`;
}

function renderUses(exceptions: readonly ExceptionUse[]): Markup {
  const sorted = exceptions.toSorted(
    (a, b) => states.indexOf(a.state) - states.indexOf(b.state) || endOf(a) - endOf(b),
  );
  return scrolling(
    'exceptions-title',
    html`<table>
<caption>Accepted violations: those that need attention come first, then those that end soonest</caption>
<thead><tr><th scope="col">What</th><th scope="col">Reason</th><th scope="col">Owner</th><th scope="col">Ends</th><th scope="col">State</th><th scope="col" class="number">Violations</th></tr></thead>
<tbody>
${sorted.map(renderUse)}</tbody>
</table>`,
  );
}

function endOf({ exception: { expiresAt } }: ExceptionUse): number {
  return expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function renderUse({ exception, state, findings, objects }: ExceptionUse): Markup {
  const { reason, owner = 'no owner', expiresAt } = exception;
  const place = formatExceptionPlace(exception) + formatOthers(objects);
  const word = state === 'used' ? html`${words.used}` : html`<span class="mark">${words[state]}</span>`;
  return html`<tr><th scope="row">${toPlainText(formatException(exception))}<br><small class="note">${toPlainText(place)}</small></th><td>${toPlainText(reason)}</td><td>${toPlainText(owner)}</td><td class="whole">${lastMoment(expiresAt)}</td><td>${word}</td><td class="number">${formatNumber(findings)}</td></tr>\n`;
}
