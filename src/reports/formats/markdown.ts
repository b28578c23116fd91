import { type AuditOutcome, type ResourceReport, severityNames, severityOf } from '../../domain/index.ts';
import { plural } from '../../text/index.ts';
import { formatOwnAcceptance } from '../acceptance.ts';
import { describeBaseline, describeBaselineWarnings, describeFixed } from '../baseline-lines.ts';
import { describeCluster } from '../clusters.ts';
import { describeCoverage, describeKept } from '../coverage.ts';
import { describeProblem, resultLabel, severityLabel, toProblems } from '../finding.ts';
import { describeInput, describeWarning } from '../input.ts';
import { formatLocationLine, locate } from '../location.ts';
import { escapeMarkdown } from '../markup.ts';
import { formatMissed, listMissed } from '../missed.ts';
import { breakDown } from '../overview.ts';
import { joinCells, renderMarkdownTable, renderOverviewMarkdown } from '../overview-markdown.ts';
import type { AuditDocument, FindingsView, RenderContext, ReportRenderer } from '../renderer.ts';
import { formatRolledObject, formatShare, rollUpReports } from '../roll-up.ts';
import { isUnstarted } from '../unstarted.ts';
import { chooseRollUp, groupFindings, type RolledFinding } from '../view.ts';
import { describeWork } from '../work.ts';

const openFindings = 50;
const namedMissed = 20;
/** More findings than this begin with a summary. */
const fewFindings = 10;
/** Of each thing that the summary counts by. */
const mostCounted = 10;
/** A comment of GitHub holds 65,536 characters; a job summary is read no further either. */
const maxBytes = 60_000;

/** For job summaries and comments: the verdict, the counts, and as many of the worst findings as somebody reads on such a page. */
export const markdownRenderer: ReportRenderer = {
  render(document, context) {
    if (isUnstarted(document)) return renderUnstarted(document);
    const head = renderHead(document);
    const findings = toRows(document.reports, context);
    const overview = findings.length > fewFindings ? renderOverviewOf(document.reports, context.view) : [];
    const above = [...head, ...overview];
    const rows = takeFitting(findings, maxBytes - Buffer.byteLength(above.join('')));
    const sections = [
      ...above,
      ...(rows.length === 0 ? [] : ['### Findings', renderFindings(rows.slice(0, openFindings))]),
      ...(rows.length <= openFindings ? [] : [renderRest(rows.slice(openFindings))]),
      ...(rows.length === findings.length ? [] : [renderLeftOut(findings.length - rows.length)]),
    ];
    return `${sections.join('\n\n')}\n`;
  },
  countResults: ({ reports }) => toProblems(reports).length,
};

/** For comments where findings are too many to be listed: the verdict and the counts. */
export const summaryMarkdownRenderer: ReportRenderer = {
  render(document, { view }) {
    if (isUnstarted(document)) return renderUnstarted(document);
    const sections = [...renderHead(document), ...renderOverviewOf(document.reports, view)];
    return `${sections.join('\n\n')}\n`;
  },
  countResults: ({ reports }) => toProblems(reports).length,
};

function renderHead({ outcome, gate }: AuditDocument): readonly string[] {
  return [
    '## audit-scanner',
    `**${escapeMarkdown(gate.verdict)}**`,
    ...(outcome.complete ? [] : [renderMissed(outcome)]),
    ...renderCounts(outcome),
  ];
}

function renderOverviewOf(reports: readonly ResourceReport[], view: FindingsView | undefined) {
  return renderOverviewMarkdown(breakDown(reports, { most: mostCounted, view }));
}

function toRows(reports: readonly ResourceReport[], context: RenderContext): readonly string[] {
  const problems = toProblems(rollUpReports(reports, chooseRollUp(context.view)));
  return groupFindings(problems, context.view).map((finding) => toRow(finding, context));
}

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
    '> **The scan is incomplete.** This was not looked at, which is not a pass:',
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
    ...renderClusters(outcome),
    ...renderBaseline(outcome),
    ...renderInput(outcome),
    ...(counts.length === 0 ? [] : [renderMarkdownTable(['Severity', 'Violations'], counts.map(joinCells))]),
  ];
}

/** Each cluster with what was looked at there. */
function renderClusters({ clusters = [] }: AuditOutcome): readonly string[] {
  if (clusters.length === 0) return [];
  return [clusters.map((one) => `* ${escapeMarkdown(describeCluster(one).join('; '))}`).join('\n')];
}

/** How it compares with the baseline, with caveats first. */
function renderBaseline(outcome: AuditOutcome): readonly string[] {
  const line = describeBaseline(outcome);
  if (line === undefined || outcome.baseline === undefined) return [];
  const fixed = describeFixed(outcome.baseline, { most: namedMissed });
  const lines = [...describeBaselineWarnings(outcome), line, ...fixed];
  return [lines.map((text) => `* ${escapeMarkdown(text)}`).join('\n')];
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

function toRow({ report, result }: RolledFinding, context: RenderContext): string {
  const location = locate(report, context);
  const place = location.exists ? `<br>${escapeMarkdown(formatLocationLine(location))}` : '';
  return joinCells([
    severityLabel(severityOf(result)),
    resultLabel(result),
    `<code>${escapeMarkdown(formatRolledObject(report))}</code>${place}`,
    `<code>${escapeMarkdown(result.policy.name)}</code>`,
    escapeMarkdown(describeProblem(result) + formatShare(result, report) + formatOwnAcceptance(result)),
  ]);
}

/** As many rows from the top as fit into this many bytes. */
function takeFitting(rows: readonly string[], room: number): readonly string[] {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += Buffer.byteLength(row) + 1) > room);
  return end === -1 ? rows : rows.slice(0, end);
}

function renderFindings(rows: readonly string[]): string {
  return renderMarkdownTable(['Severity', 'Result', 'Object', 'Policy', 'Message'], rows);
}

function renderRest(rows: readonly string[]): string {
  const summary = `<details><summary>${plural(rows.length, 'more finding')}</summary>`;
  return [summary, renderFindings(rows), '</details>'].join('\n\n');
}

function renderLeftOut(count: number): string {
  return `${plural(count, 'more finding')} would make this page too long; \`-o json=FILE\`, \`-o csv=FILE\` or \`-o wide\` has each of them.`;
}
