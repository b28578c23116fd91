import { type Change, formatPolicy, severityOf } from '../../domain/index.ts';
import {
  alignColumns,
  pad,
  plural,
  toPlainText,
  toTerminalMessage,
  wrapLines,
  wrapText,
} from '../../text/index.ts';
import { severityLabel } from '../finding.ts';
import { createPaint, type Paint, type Style, severityStyle } from '../styles.ts';
import { describeWork } from '../work.ts';
import type { ComparisonDocument } from './document.ts';
import { groupByOwner, type OwnerGroup, resultOf } from './groups.ts';
import { namespaceRows } from './namespace-rows.ts';
import { describeAsked, describeCounts, describeNotCompared, describePair, explainChange } from './words.ts';

export type ComparisonTextOptions = {
  readonly width: number;
  readonly color: boolean;
  /** How much there is of everything. */
  readonly counts: boolean;
  /** Everything instead of the worst. */
  readonly verbose: boolean;
};

/** Owners and reasons that are shown of each kind; a screen holds no more. */
const mostShown = 15;
const mostMessages = 3;

/** For people: what would fail first, worst first; then what would pass, what is not known, and the counts. Without the verdict. */
export function renderComparison(document: ComparisonDocument, options: ComparisonTextOptions): string {
  const { changes } = document.comparison;
  const of = (kind: Change['kind']): readonly OwnerGroup[] =>
    groupByOwner(changes.filter((change) => change.kind === kind));
  const sections = [
    renderChanges({ title: 'NEWLY FAILING', style: 'red' }, of('newly-failing'), options),
    renderChanges({ title: 'NEWLY PASSING', style: 'green' }, of('newly-passing'), options),
    renderNotCompared(document, options),
    ...(options.counts ? [renderNamespaces(document, options), renderPolicies(document, options)] : []),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function renderChanges(
  { title, style }: { readonly title: string; readonly style: Style },
  groups: readonly OwnerGroup[],
  options: ComparisonTextOptions,
): string {
  if (groups.length === 0) return '';
  const paint = createPaint(options.color);
  const shown = options.verbose ? groups : groups.slice(0, mostShown);
  const lines = [
    paint(style, title),
    ...shown.flatMap((group) => renderGroup(group, options.width, paint)),
    ...more(groups.length - shown.length, 'more owner'),
  ];
  return toLines(lines);
}

function more(count: number, what: string): readonly string[] {
  return count > 0 ? [`  and ${plural(count, what)} (-v shows all)`] : [];
}

function renderGroup(
  { namespace, owner, objects, members, changes }: OwnerGroup,
  width: number,
  paint: Paint,
): string[] {
  const of = members === '' ? '' : ` · ${toPlainText(members)}`;
  const byText = [...Map.groupBy(changes, (change) => `${change.policy.uniqueName}\n${textOf(change)}`)];
  const shown = byText.slice(0, mostMessages);
  return [
    paint('bold', `  ${toPlainText(`${namespace ?? '(cluster)'}  ${owner}`)}${of}`),
    ...shown.flatMap(([, [first, ...others]]) =>
      first === undefined ? [] : renderChange(first, { share: [1 + others.length, objects], width, paint }),
    ),
    ...(byText.length > shown.length
      ? [`    and ${plural(byText.length - shown.length, 'more reason')}`]
      : []),
  ];
}

type ChangeOptions = {
  /** For how many of how many objects it is the same. */
  readonly share: readonly [number, number];
  readonly width: number;
  readonly paint: Paint;
};

function renderChange(
  change: Change,
  { share: [count, all], width, paint }: ChangeOptions,
): readonly string[] {
  const result = resultOf(change);
  if (result === undefined) return [];
  const severity = severityOf(result);
  const label = paint(severityStyle[severity], pad(severityLabel(severity), 8));
  const some = count === all || all === 1 ? '' : ` (${count} of ${all})`;
  const text = `${toPlainText(change.policy.name)}: ${textOf(change)}${some}`;
  const [first = '', ...rest] = wrapText(text, Math.max(20, width - 14));
  return [`    ${label}  ${first}`, ...rest.map((line) => ' '.repeat(14) + line)];
}

/** What the policy said where it fails, and what else explains the change. */
function textOf(change: Change): string {
  const message = toTerminalMessage(resultOf(change)?.message) || 'no reason given';
  const explained = toTerminalMessage(explainChange(change));
  const said = change.kind === 'newly-failing' ? message : `it said: ${message}`;
  return explained === '' ? said : `${said} (${explained})`;
}

function renderNotCompared(
  { comparison: { notCompared } }: ComparisonDocument,
  { width, color, verbose }: ComparisonTextOptions,
): string {
  if (notCompared.length === 0) return '';
  const shown = verbose ? notCompared : notCompared.slice(0, mostShown);
  return toLines([
    createPaint(color)('yellow', 'NOT COMPARED'),
    ...shown.map((one) => wrapLines(`  ${describeNotCompared(one)}`, width)),
    ...more(notCompared.length - shown.length, 'more reason'),
  ]);
}

function renderNamespaces(
  { comparison }: ComparisonDocument,
  { verbose, color }: ComparisonTextOptions,
): string {
  const { header, rows, unchanged } = namespaceRows(comparison);
  if (rows.length === 0) return '';
  const shown = verbose ? rows : rows.slice(0, mostShown);
  const [head = '', ...lines] = alignColumns([header.map((title) => title.toUpperCase()), ...shown]);
  return toLines([
    createPaint(color)('bold', head),
    ...lines,
    ...more(rows.length - shown.length, 'more namespace'),
    ...(unchanged > 0 ? [`and ${plural(unchanged, 'namespace')} without a change`] : []),
  ]);
}

function renderPolicies(
  { comparison: { policies }, outcome }: ComparisonDocument,
  { width }: ComparisonTextOptions,
): string {
  const lines = policies.flatMap((policy) => [
    toPlainText(formatPolicy(policy.proposed)),
    `  ${describePair(policy)}`,
    `  ${describeCounts(policy.counts)}`,
    ...describeAsked(policy).map((line) => `  ${line}`),
  ]);
  return toLines([...lines, describeWork(outcome)].map((line) => wrapLines(line, width)));
}

function toLines(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
