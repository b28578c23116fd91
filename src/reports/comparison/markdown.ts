import { type Change, formatPolicy, severityOf } from '../../domain/index.ts';
import { plural } from '../../text/index.ts';
import { severityLabel } from '../finding.ts';
import { escapeMarkdown } from '../markup.ts';
import { describeWork } from '../work.ts';
import type { ComparisonDocument } from './document.ts';
import { groupByOwner, resultOf } from './groups.ts';
import { cellsOf, countTitles, namespaceRows } from './namespace-rows.ts';
import { describeNotCompared, describePair, explainChange } from './words.ts';

/** Rows of each table: a page of GitHub holds no more than its megabyte. */
const mostRows = 200;

/** For comments and job summaries: the verdict, what each policy would change, and where. */
export function renderComparisonMarkdown({ comparison, outcome, gate }: ComparisonDocument): string {
  const { policies, changes, notCompared } = comparison;
  const { header, rows: namespaces } = namespaceRows(comparison);
  const sections = [
    '## audit-scanner preview',
    `**${escapeMarkdown(gate.verdict)}**`,
    toTable(
      ['Policy', ...countTitles],
      policies.map((policy) => [
        `<code>${escapeMarkdown(formatPolicy(policy.proposed))}</code><br>${escapeMarkdown(describePair(policy))}`,
        ...cellsOf(policy.counts),
      ]),
    ),
    ...section('Newly failing', renderChanges(changes, 'newly-failing')),
    ...section('Newly passing', renderChanges(changes, 'newly-passing')),
    ...section(
      'Not compared',
      notCompared.slice(0, mostRows).map((one) => `* ${escapeMarkdown(describeNotCompared(one))}`),
    ),
    ...(namespaces.length === 0
      ? []
      : [
          '### By namespace',
          toTable(
            header,
            namespaces.slice(0, mostRows).map((row) => row.map((cell) => escapeMarkdown(cell))),
          ),
        ]),
    escapeMarkdown(`${describeWork(outcome)}.`),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.join('\n')];
}

function renderChanges(changes: readonly Change[], kind: Change['kind']): readonly string[] {
  const groups = groupByOwner(changes.filter((change) => change.kind === kind));
  const rows = groups.flatMap(({ namespace, owner, changes: all }) =>
    all.map((change) => {
      const result = resultOf(change);
      const place = namespace === undefined ? owner : `${namespace}/${owner}`;
      return [
        result === undefined ? '-' : severityLabel(severityOf(result)),
        `<code>${escapeMarkdown(place)}</code>`,
        `<code>${escapeMarkdown(change.report.subject.name)}</code>`,
        `<code>${escapeMarkdown(change.policy.name)}</code>`,
        [result?.message ?? '', explainChange(change)]
          .filter((text) => text !== '')
          .map(escapeMarkdown)
          .join('<br>'),
      ];
    }),
  );
  if (rows.length === 0) return [];
  const left = rows.length - mostRows;
  return [
    toTable(['Severity', 'Owner', 'Object', 'Policy', 'Message'], rows.slice(0, mostRows)),
    ...(left > 0 ? ['', `and ${plural(left, 'more object')}; \`-o json\` has all of them.`] : []),
  ];
}

function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
