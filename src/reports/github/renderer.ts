import { describeCoverage, describeKept } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, severityOf, toOpenProblems } from '../finding.ts';
import { locate } from '../location.ts';
import { formatMissed, listMissed } from '../missed.ts';
import { toPlainLines } from '../plain-text.ts';
import type { AuditDocument, RenderContext, ReportRenderer } from '../renderer.ts';
import { severityMap } from '../severity.ts';

type Level = 'error' | 'warning' | 'notice';
type Properties = Readonly<Record<string, string | number>>;

/** What GitHub shows of one level from one step. */
const shownPerLevel = 10;
const levels: readonly Level[] = ['error', 'warning', 'notice'];

/** For GitHub Actions: workflow commands that put the worst findings beside the changed lines. */
export const githubRenderer: ReportRenderer = {
  render(document, context) {
    const missed = describeMissed(document);
    const problems = toOpenProblems(document.reports);
    const byLevel = Map.groupBy(problems, ({ result }) => severityMap[severityOf(result)].github);
    // The last notice says how many are not there.
    const room = { error: shownPerLevel, warning: shownPerLevel, notice: shownPerLevel - 1 };
    if (missed !== undefined) room[missed.level] -= 1;
    const shown = levels.flatMap((level) => (byLevel.get(level) ?? []).slice(0, room[level]));
    const hidden = problems.length - shown.length;
    return [
      ...(missed === undefined ? [] : [missed.command]),
      ...shown.map((finding) => toCommand(finding, context)),
      ...(hidden === 0 ? [] : [describeHidden(hidden)]),
    ].join('');
  },
  countResults: ({ reports }) => toOpenProblems(reports).length,
};

function describeMissed({ outcome, gate }: AuditDocument): { level: Level; command: string } | undefined {
  if (outcome.complete) return undefined;
  const tolerated = gate.rules.some(({ name, passed }) => name === 'complete' && passed);
  const level = tolerated ? 'notice' : 'error';
  const places = listMissed(outcome).map((missed) => `\n${formatMissed(missed)}`);
  const looked = [`Looked at ${describeCoverage(outcome.coverage)}`, ...describeKept(outcome.coverage)].join(
    '\n',
  );
  const message = `Not everything was looked at; that is no pass. ${looked}${places.join('')}`;
  return {
    level,
    command: formatCommand(level, { title: 'audit-scanner: the scan is incomplete' }, message),
  };
}

function describeHidden(count: number): string {
  const findings = count === 1 ? '1 more finding' : `${count} more findings`;
  return formatCommand('notice', { title: 'audit-scanner' }, `${findings}, see the job summary`);
}

function toCommand({ report, result }: Finding, context: RenderContext): string {
  const { path, line, column, exists } = locate(report, context);
  const place: Properties = exists ? { file: path, line, endLine: line, col: column } : {};
  const title = `${result.policy.name}: ${formatObject(report)}`;
  const level = severityMap[severityOf(result)].github;
  return formatCommand(level, { ...place, title }, describeProblem(result));
}

function formatCommand(level: Level, properties: Properties, message: string): string {
  const written = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(String(value))}`,
  );
  return `::${level} ${written.join(',')}::${escapeData(message)}\n`;
}

/** A line break would end the command and begin whatever comes after it. */
function escapeData(text: string): string {
  return toPlainLines(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
