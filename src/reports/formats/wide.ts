import { severityOf } from '../../domain/index.ts';
import { pad, toPlainText, toTerminalMessage, widthOf } from '../../text/index.ts';
import { type Finding, formatResource, resultLabel, severityLabel, toFindings } from '../finding.ts';
import type { ReportRenderer } from '../renderer.ts';
import { createPaint, type Paint, resultStyle, severityStyle } from '../styles.ts';

const header = ['SEVERITY', 'RESULT', 'NAMESPACE', 'RESOURCE', 'POLICY', 'CATEGORY', 'MODE', 'MESSAGE'];
const gap = '   ';

/** For grep: one finding per line, aligned, `-` for what is empty. */
export const wideRenderer: ReportRenderer = {
  render({ reports }, { color, headers }) {
    const findings = toFindings(reports);
    if (findings.length === 0) return '';
    const rows = findings.map(toCells);
    const widths = header.map((title, column) =>
      rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), headers ? title.length : 0),
    );
    const align = (cells: readonly string[]): readonly string[] =>
      cells.map((cell, column) => pad(cell, widths[column] ?? 0));
    const paint = createPaint(color);
    const lines = findings.map((finding, index) => paintCells(align(rows[index] ?? []), finding, paint));
    return [...(headers ? [align(header)] : []), ...lines]
      .map((cells) => `${cells.join(gap).trimEnd()}\n`)
      .join('');
  },
};

function toCells({ report, result }: Finding): readonly string[] {
  const { policy } = result;
  return [
    severityLabel(severityOf(result)),
    resultLabel(result),
    report.subject.namespace ?? '',
    formatResource(report),
    policy.name,
    policy.category ?? '',
    policy.mode,
    toTerminalMessage(result.message),
  ].map((cell) => toPlainText(cell) || '-');
}

function paintCells(cells: readonly string[], { result }: Finding, paint: Paint): readonly string[] {
  const [severity = '', status = '', ...rest] = cells;
  return [
    paint(severityStyle[severityOf(result)], severity),
    paint(resultStyle[resultLabel(result)], status),
    ...rest,
  ];
}
