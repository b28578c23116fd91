import { type AuditOutcome, severityNames, severityOf } from '../../domain/index.ts';
import { plural } from '../../text/index.ts';
import { describeCoverage, describeKept } from '../coverage.ts';
import {
  describeProblem,
  type Finding,
  formatObject,
  resultLabel,
  severityLabel,
  toProblems,
} from '../finding.ts';
import { describeInput, describeWarning } from '../input.ts';
import { formatLocationLine, locate } from '../location.ts';
import { escapeMarkdown } from '../markup.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument, RenderContext, ReportRenderer } from '../renderer.ts';
import { describeWork } from '../summary.ts';
import { isUnstarted } from '../unstarted.ts';

const openFindings = 50;
const namedMissed = 20;
/** Together with the rest below the 1,000,000 bytes that a job summary of GitHub holds. */
const maxFindingBytes = 900_000;

/** For job summaries and comments: the verdict, the counts and the worst findings; the rest folds out. */
export const markdownRenderer: ReportRenderer = {
  render(document, context) {
    if (isUnstarted(document)) return renderUnstarted(document);
    const { outcome, reports, gate } = document;
    const problems = toProblems(reports);
    const rows = takeFitting(problems.map((finding) => toRow(finding, context)));
    const sections = [
      '## audit-scanner',
      `**${escapeMarkdown(gate.verdict)}**`,
      ...(outcome.complete ? [] : [renderMissed(outcome)]),
      ...renderCounts(outcome),
      ...(rows.length === 0 ? [] : ['### Findings', renderFindings(rows.slice(0, openFindings))]),
      ...(rows.length <= openFindings ? [] : [renderRest(rows.slice(openFindings))]),
      ...(rows.length === problems.length ? [] : [renderLeftOut(problems.length - rows.length)]),
    ];
    return `${sections.join('\n\n')}\n`;
  },
  countResults: ({ reports }) => toProblems(reports).length,
};

function renderUnstarted({ outcome, gate }: AuditDocument): string {
  const reasons = listMissed(outcome).map(
    ({ message, code }) => `* ${escapeMarkdown(`${message} [${code}]`)}`,
  );
  const sections = ['## audit-scanner', `**${escapeMarkdown(gate.verdict)}**`, reasons.join('\n')];
  return `${sections.join('\n\n')}\n`;
}

function renderMissed(outcome: AuditOutcome): string {
  const missed = listMissed(outcome);
  const more = missed.length - namedMissed;
  return [
    '> **The scan is incomplete.** This was not looked at, which is no pass:',
    ...(missed.length === 0 ? [] : ['>']),
    ...missed.slice(0, namedMissed).map((one) => `> * ${escapeMarkdown(formatMissed(one))}`),
    ...(more > 0 ? [`> * and ${more} more`] : []),
  ].join('\n');
}

function renderCounts(outcome: AuditOutcome): readonly string[] {
  const { results, failBySeverity, accepted } = outcome.totals;
  const found = severityNames.filter((severity) => failBySeverity[severity] > 0);
  const counts = found.map((severity) => [severityLabel(severity), String(failBySeverity[severity])]);
  return [
    `Looked at ${describeCoverage(outcome.coverage)}.${describeKept(outcome.coverage)
      .map((line) => ` ${escapeMarkdown(line)}.`)
      .join('')}`,
    `${describeWork(outcome)}: ${results.pass} pass, ${results.fail} fail, ${results.error} error${accepted === 0 ? '' : `, ${accepted} accepted`}.`,
    ...renderInput(outcome),
    ...(counts.length === 0 ? [] : [renderTable(['Severity', 'Violations'], counts.map(joinCells))]),
  ];
}

/** What was left out of the files, and what was taken with a warning. */
function renderInput({ coverage: { input } }: AuditOutcome): readonly string[] {
  const warnings = input?.warnings ?? [];
  const more = warnings.length - namedMissed;
  const lines = [
    ...warnings.slice(0, namedMissed).map((one) => `Warning: ${describeWarning(one)}`),
    ...(more > 0 ? [`and ${plural(more, 'more warning')}`] : []),
    ...describeInput(input),
  ];
  return lines.length === 0 ? [] : [lines.map((line) => `* ${escapeMarkdown(line)}`).join('\n')];
}

function toRow({ report, result }: Finding, context: RenderContext): string {
  const location = locate(report, context);
  const place = location.exists ? `<br>${escapeMarkdown(formatLocationLine(location))}` : '';
  return joinCells([
    severityLabel(severityOf(result)),
    resultLabel(result),
    `<code>${escapeMarkdown(formatObject(report))}</code>${place}`,
    `<code>${escapeMarkdown(result.policy.name)}</code>`,
    escapeMarkdown(describeProblem(result)),
  ]);
}

function takeFitting(rows: readonly string[]): readonly string[] {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += Buffer.byteLength(row) + 1) > maxFindingBytes);
  return end === -1 ? rows : rows.slice(0, end);
}

function renderFindings(rows: readonly string[]): string {
  return renderTable(['Severity', 'Result', 'Object', 'Policy', 'Message'], rows);
}

function renderRest(rows: readonly string[]): string {
  const summary = `<details><summary>${plural(rows.length, 'more finding')}</summary>`;
  return [summary, renderFindings(rows), '</details>'].join('\n\n');
}

function renderLeftOut(count: number): string {
  return `${plural(count, 'more finding')} would make this page too long; \`-o json\` has all of them.`;
}

function renderTable(header: readonly string[], rows: readonly string[]): string {
  return [joinCells(header), joinCells(header.map(() => '---')), ...rows].join('\n');
}

function joinCells(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
