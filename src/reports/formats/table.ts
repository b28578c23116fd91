import { formatOrigin, type PolicyResult, type ResourceReport, severityOf } from '../../domain/index.ts';
import { pad, toPlainText, toTerminalMessage, widthOf, wrapText } from '../../text/index.ts';
import { compareSubjects, formatResource, resultLabel, severityLabel, severityRank } from '../finding.ts';
import type { ReportRenderer } from '../renderer.ts';
import { createPaint, type Paint, resultStyle, severityStyle } from '../styles.ts';

const severityWidth = 'CRITICAL'.length;
const minColumnsWidth = 60;
/** A longer policy name stands on a line of its own where it would leave too little for the message. */
const minMessageWidth = 28;
const minPolicyWidth = 12;
const gap = '  ';

/**
 * For people: findings under the object they are about, worst object first, messages wrapped and never cut. What keeps more than one
 * evaluation from an answer is told once, at the end, with how many those are.
 */
export const tableRenderer: ReportRenderer = {
  render({ reports }, context) {
    const { causes, rest } = gatherCauses(reports);
    const sorted = rest.filter(({ results }) => results.length > 0).toSorted(compareReports);
    const layout = layOut(sorted, context.width);
    const paint = createPaint(context.color);
    const groups = sorted.map((report) => renderGroup(report, layout, paint));
    return [...groups, ...renderCauses(causes, context.width, paint)].join('\n');
  },
};

type Cause = { readonly message: string; readonly code: string; readonly results: readonly PolicyResult[] };

/** Takes the causes that more than one evaluation has in common out of the reports. */
function gatherCauses(reports: readonly ResourceReport[]): {
  readonly causes: readonly Cause[];
  readonly rest: readonly ResourceReport[];
} {
  const errors = reports.flatMap(({ results }) => results.filter(({ result }) => result === 'error'));
  const causes = [...Map.groupBy(errors, causeOf)].filter(([, results]) => results.length > 1);
  const shared = new Set(causes.map(([cause]) => cause));
  const isOwn = (result: PolicyResult): boolean => result.result !== 'error' || !shared.has(causeOf(result));
  return {
    causes: causes.map(([, results]) => ({
      message: toTerminalMessage(results[0]?.message),
      code: results[0]?.errorCode ?? '',
      results,
    })),
    rest: reports.map((report) => ({ ...report, results: report.results.filter(isOwn) })),
  };
}

function causeOf({ errorCode, message }: PolicyResult): string {
  return JSON.stringify([errorCode, message]);
}

function renderCauses(causes: readonly Cause[], width: number, paint: Paint): readonly string[] {
  if (causes.length === 0) return [];
  const lines = causes.flatMap(({ message, code, results }) => {
    const policies = new Set(results.map(({ policy }) => policy.uniqueName)).size;
    const counted = `${results.length} evaluations of ${policies === 1 ? '1 policy' : `${policies} policies`}`;
    return [
      `  ${paint(resultStyle.error, 'error')}  ${counted}${code === '' ? '' : ` [${code}]`}`,
      ...wrapText(message, Math.max(10, width - 9)).map((line) => `         ${line}`),
    ];
  });
  return [[paint('bold', '(not evaluated)'), ...lines].map((line) => `${line}\n`).join('')];
}

function compareReports(a: ResourceReport, b: ResourceReport): number {
  return worstRank(a) - worstRank(b) || compareSubjects(a.subject, b.subject);
}

function worstRank({ results }: ResourceReport): number {
  return Math.min(...results.map(severityRank));
}

/** In a narrow terminal the message stands below its policy instead of beside it. */
type Layout = { readonly resultWidth: number; readonly messageWidth: number } & (
  | { readonly kind: 'columns'; readonly policyWidth: number }
  | { readonly kind: 'list' }
);

function layOut(reports: readonly ResourceReport[], width: number): Layout {
  const results = reports.flatMap((report) => report.results);
  const isAccepted = results.some(({ exception }) => exception !== undefined);
  const resultWidth = (isAccepted ? 'accepted' : 'error').length;
  if (width < minColumnsWidth) return { kind: 'list', resultWidth, messageWidth: Math.max(10, width - 4) };
  const longest = results
    .map(({ policy }) => widthOf(toPlainText(policy.name)))
    .reduce((a, b) => Math.max(a, b), 0);
  const left = width - severityWidth - resultWidth - 4 * gap.length;
  const widest = Math.min(left - minMessageWidth, Math.floor(width * 0.3));
  const policyWidth = Math.min(longest, Math.max(minPolicyWidth, widest));
  return { kind: 'columns', resultWidth, policyWidth, messageWidth: left - policyWidth };
}

function renderGroup(report: ResourceReport, layout: Layout, paint: Paint): string {
  const { namespace } = report.subject;
  const title = toPlainText(`${namespace ?? '(cluster)'}${gap}${formatResource(report)}`);
  const results = report.results.toSorted((a, b) => severityRank(a) - severityRank(b));
  const source = report.origin === undefined ? [] : [`  source ${toPlainText(formatOrigin(report.origin))}`];
  const lines = [
    paint('bold', title),
    ...source,
    ...results.flatMap((result) => renderResult(result, layout, paint)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function renderResult(result: PolicyResult, layout: Layout, paint: Paint): readonly string[] {
  const severity = severityOf(result);
  const label = resultLabel(result);
  const head =
    gap +
    paint(severityStyle[severity], pad(severityLabel(severity), severityWidth)) +
    gap +
    paint(resultStyle[label], pad(label, layout.resultWidth)) +
    gap;
  const policy = toPlainText(result.policy.name);
  const message = wrapText(toTerminalMessage(result.message), layout.messageWidth);
  if (layout.kind === 'list') return [head + policy, ...message.map((line) => `    ${line}`)];

  const indent = ' '.repeat(severityWidth + layout.resultWidth + layout.policyWidth + 4 * gap.length);
  const fits = widthOf(policy) <= layout.policyWidth;
  const [first = '', ...rest] = message;
  const opening = fits
    ? [head + pad(policy, layout.policyWidth) + gap + first]
    : [head + policy, indent + first];
  return [...opening, ...rest.map((line) => indent + line)];
}
