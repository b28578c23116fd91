import { severityOf } from '../../domain/index.ts';
import { pad, toPlainText, toTerminalMessage, widthOf } from '../../text/index.ts';
import { formatOwnAcceptance } from '../acceptance.ts';
import { resultLabel, severityLabel, toFindings } from '../finding.ts';
import type { PieceRenderer } from '../renderer.ts';
import { countRolledUp, formatRolled, formatShare, rollUpReports } from '../roll-up.ts';
import { createPaint, type Paint, resultStyle, severityStyle } from '../styles.ts';
import { chooseRollUp, describeRollUp, groupFindings, type RolledFinding } from '../view.ts';

const clusterHeader = ['CLUSTER'];
const header = ['SEVERITY', 'RESULT', 'NAMESPACE', 'RESOURCE', 'POLICY', 'CATEGORY', 'MODE', 'MESSAGE'];
const gap = '   ';

/** For grep: one finding per line, aligned, `-` for what is empty. */
export const wideRenderer: PieceRenderer = {
  *renderPieces({ reports, outcome }, { color, headers, view }) {
    const titles = outcome.clusters === undefined ? header : [...clusterHeader, ...header];
    const findings = groupFindings(toFindings(rollUpReports(reports, chooseRollUp(view))), view);
    if (findings.length === 0) return;
    const widths = titles.map((title) => (headers ? title.length : 0));
    for (const finding of findings)
      for (const [column, cell] of toCells(finding).entries())
        widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    const align = (cells: readonly string[]): readonly string[] =>
      cells.map((cell, column) => pad(cell, widths[column] ?? 0));
    const paint = createPaint(color);
    if (headers) yield toLine(align(titles));
    // Made another time rather than held: there may be a hundred thousand.
    for (const finding of findings) yield toLine(paintCells(align(toCells(finding)), finding, paint));
  },
  notices({ reports }, { view }) {
    const { objects, owners } = countRolledUp(rollUpReports(reports, chooseRollUp(view)));
    return objects === 0 ? [] : [describeRollUp({ objects, owners }, view)];
  },
};

function toLine(cells: readonly string[]): string {
  return `${cells.join(gap).trimEnd()}\n`;
}

function toCells({ report, result }: RolledFinding): readonly string[] {
  const { policy } = result;
  return [
    ...(report.cluster === undefined ? [] : [report.cluster]),
    severityLabel(severityOf(result)),
    resultLabel(result),
    report.subject.namespace ?? '',
    formatRolled(report),
    policy.name,
    policy.category ?? '',
    policy.mode,
    toTerminalMessage(result.message) + formatShare(result, report) + formatOwnAcceptance(result),
  ].map((cell) => toPlainText(cell) || '-');
}

function paintCells(
  cells: readonly string[],
  { report, result }: RolledFinding,
  paint: Paint,
): readonly string[] {
  const place = report.cluster === undefined ? 0 : clusterHeader.length;
  const [severity = '', status = '', ...rest] = cells.slice(place);
  return [
    ...cells.slice(0, place),
    paint(severityStyle[severityOf(result)], severity),
    paint(resultStyle[resultLabel(result)], status),
    ...rest,
  ];
}
