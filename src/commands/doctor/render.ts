import { createPaint, resultApiVersion, type Style } from '../../reports/index.ts';
import { alignColumns, toPlainJson, toTerminalMessage, wrapLines } from '../../text/index.ts';
import type { Check, CheckResult } from './check.ts';

const words: Readonly<Record<CheckResult, string>> = { ok: 'ok', warn: 'WARN', fail: 'FAIL', skipped: '-' };
const styles: Readonly<Record<CheckResult, Style>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
  skipped: 'dim',
};

export type CheckOptions = {
  readonly color: boolean;
  /** Columns of the terminal; without one a check is one line. */
  readonly width?: number | undefined;
};

/** A line per check, then what to do about those that are not ok, the worst first, and the verdict last. */
export function renderChecks(checks: readonly Check[], { color, width }: CheckOptions): string {
  const cells = checks.map(({ name, result, detail }) => [
    toTerminalMessage(name),
    words[result],
    toTerminalMessage(detail) || '-',
  ]);
  const [header = '', ...lines] = alignColumns([['CHECK', 'RESULT', 'DETAIL'], ...cells], { width });
  const paint = createPaint(color);
  const painted = lines.map((line, index) => {
    const { result = 'ok' } = checks[index] ?? {};
    const at = line.indexOf(` ${words[result]} `, cells[index]?.[0]?.length ?? 0) + 1;
    return line.slice(0, at) + paint(styles[result], words[result]) + line.slice(at + words[result].length);
  });
  const advice = [...withResult(checks, 'fail'), ...withResult(checks, 'warn')];
  return `${[[header, ...painted].join('\n'), ...renderAdvice(advice, width), wrapLines(describeVerdict(checks), width ?? Infinity)].join('\n\n')}\n`;
}

function withResult(checks: readonly Check[], wanted: CheckResult): readonly Check[] {
  return checks.filter(({ result }) => result === wanted);
}

/** Checks that one and the same step mends are told together. */
function renderAdvice(checks: readonly Check[], width = Infinity): readonly string[] {
  const bySteps = Map.groupBy(checks, ({ result, code, fixes }) => JSON.stringify([result, code, fixes]));
  return [...bySteps.values()].map((same) => {
    const { result = 'fail', code, fixes = [] } = same[0] ?? {};
    const names = same.map(({ name }) => toTerminalMessage(name)).join(', ');
    const steps = fixes.map((step, index) => `  ${index === 0 ? 'Try:' : '    '} ${toTerminalMessage(step)}`);
    const more = code === undefined ? [] : [`  More: audit-scanner explain ${code}`];
    const known = fixes.includes(`audit-scanner explain ${code ?? ''}`);
    return [
      wrapLines(`${words[result]} ${names}${code === undefined ? '' : `  [${code}]`}`, width),
      ...steps,
      ...(known ? [] : more),
    ].join('\n');
  });
}

function describeVerdict(checks: readonly Check[]): string {
  const problems = withResult(checks, 'fail').length;
  const warnings = withResult(checks, 'warn').length;
  const counted = [count(problems, 'problem'), count(warnings, 'warning')].filter((part) => part !== '');
  if (problems > 0) return `${counted.join(', ')}. A scan now would not start, or would be incomplete.`;
  const ready = 'Ready: nothing that was checked keeps a scan from seeing everything.';
  return warnings > 0 ? `${counted.join(', ')}. ${ready}` : ready;
}

function count(number: number, noun: string): string {
  if (number === 0) return '';
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** For programs and for support. Ends with a newline. */
export function renderChecksJson(checks: readonly Check[]): string {
  const report = {
    apiVersion: resultApiVersion,
    kind: 'DoctorReport',
    ready: withResult(checks, 'fail').length === 0,
    checks: checks.map(({ name, result, detail, code, fixes }) => ({
      name,
      result,
      detail,
      code: code ?? null,
      fixes,
    })),
  };
  return `${toPlainJson(report, 2)}\n`;
}
