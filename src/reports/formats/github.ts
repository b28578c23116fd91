import { severityOf } from '../../domain/index.ts';
import { toPlainLines } from '../../text/index.ts';
import { describeCoverage, describeKept } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, formatOwner, toNewProblems } from '../finding.ts';
import { describeWarning } from '../input.ts';
import { locate, locateFile } from '../location.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument, RenderContext, ReportRenderer } from '../renderer.ts';
import { severityMap } from '../severity.ts';

type Level = 'error' | 'warning' | 'notice';
type Properties = Readonly<Record<string, string | number>>;

/** What GitHub shows of one level from one step. */
const shownPerLevel = 10;
const namedWarnings = 20;
const levels: readonly Level[] = ['error', 'warning', 'notice'];

/** For GitHub Actions: workflow commands that put the worst findings beside the changed lines. */
export const githubRenderer: ReportRenderer = {
  render(document, context) {
    const missed = describeMissed(document);
    const problems = toNewProblems(document.reports);
    const byLevel = Map.groupBy(problems, ({ result }) => severityMap[severityOf(result)].github);
    // The last notice says how many are not there.
    const room = { error: shownPerLevel, warning: shownPerLevel, notice: shownPerLevel - 1 };
    if (missed !== undefined) room[missed.level] -= 1;
    const warned = describeWarned(document, context);
    if (warned !== undefined) room.warning -= 1;
    const shown = levels.flatMap((level) => (byLevel.get(level) ?? []).slice(0, room[level]));
    const hidden = problems.length - shown.length;
    return [
      ...(missed === undefined ? [] : [missed.command]),
      ...(warned === undefined ? [] : [warned]),
      ...shown.map((finding) => toCommand(finding, context)),
      ...(hidden === 0 ? [] : [describeHidden(hidden)]),
    ].join('');
  },
  countResults: ({ reports }) => toNewProblems(reports).length,
};

function describeMissed({ outcome, gate }: AuditDocument): { level: Level; command: string } | undefined {
  if (outcome.complete) return undefined;
  const tolerated = gate.rules.some(({ name, passed }) => name === 'complete' && passed);
  const level = tolerated ? 'notice' : 'error';
  const places = listMissed(outcome).map((missed) => `\n${formatMissed(missed)}`);
  const looked = [`Looked at ${describeCoverage(outcome.coverage)}`, ...describeKept(outcome.coverage)].join(
    '\n',
  );
  const message = `Not everything was looked at, and that is not a pass. ${looked}${places.join('')}`;
  return {
    level,
    command: formatCommand(level, { title: 'audit-scanner: the scan is incomplete' }, message),
  };
}

/** Ambiguous input as one annotation, at the first place. */
function describeWarned({ outcome }: AuditDocument, context: RenderContext): string | undefined {
  const { warnings = [] } = outcome.coverage.input ?? {};
  const [first] = warnings;
  if (first === undefined) return undefined;
  const { path, line } = first.origin;
  const place: Properties = { file: locateFile(path, context), ...(line !== undefined && { line }) };
  const more = warnings.length - namedWarnings;
  const lines = [
    ...warnings.slice(0, namedWarnings).map(describeWarning),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  return formatCommand('warning', { ...place, title: 'audit-scanner: warning' }, lines.join('\n'));
}

function describeHidden(count: number): string {
  const findings = count === 1 ? '1 more finding' : `${count} more findings`;
  return formatCommand('notice', { title: 'audit-scanner' }, `${findings}, see the job summary`);
}

function toCommand({ report, result }: Finding, context: RenderContext): string {
  const { path, line, column, isLineKnown, exists } = locate(report, context);
  const place: Properties = {
    ...(exists && { file: path }),
    ...(exists && isLineKnown && { line, endLine: line, col: column }),
  };
  const owner = report.owner === undefined ? '' : ` of ${formatOwner(report.owner)}`;
  const title = `${result.policy.name}: ${formatObject(report)}${owner}`;
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
