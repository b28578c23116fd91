import type { Policy } from '../../domain/index.ts';
import { alignColumns, formatLabelSelector, toTerminalMessage, wrapLines } from '../../text/index.ts';
import { modulesOf } from './json.ts';
import type { PolicyRow, PolicyTarget } from './rows.ts';
import { stateWords } from './table.ts';

export type DetailOptions = {
  /** Namespaces that a scan of all namespaces leaves out. */
  readonly ignoredNamespaces: readonly string[];
  /** How many namespaces of a type are named; the rest is counted. */
  readonly maxNamespaces: number;
  /** Columns of the terminal; without one nothing is wrapped. */
  readonly width?: number | undefined;
};

/** Everything about one policy that decides what it is asked about. Ends with a newline. */
export function renderPolicyDetail(row: PolicyRow, options: DetailOptions): string {
  const { kind, name, targets, notes } = row;
  const title = toTerminalMessage(kind === '' ? name : `${kind}/${name}`);
  const facts = factsOf(row).map(([term, text]) => [`  ${term}`, toTerminalMessage(text) || '-']);
  const types = targets.map((target) => [
    `  ${target.type}`,
    target.version,
    toTerminalMessage(describeNamespaces(target, options)),
  ]);
  const parts = [
    [title],
    alignColumns(facts, options),
    ...(types.length === 0 ? [] : [alignColumns([['  TYPE', 'VERSION', 'NAMESPACES'], ...types], options)]),
    ...(notes.length === 0
      ? []
      : [
          [
            '  Left out:',
            ...notes.map((note) => wrapLines(`    ${toTerminalMessage(note)}`, options.width ?? Infinity)),
          ],
        ]),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Fact = readonly [term: string, text: string];

function factsOf({ state, reason, policy }: PolicyRow): readonly Fact[] {
  const audited: Fact = ['audited', stateWords[state] + (reason === undefined ? '' : `: ${reason}`)];
  if (policy === undefined) return [audited];
  return [
    audited,
    ['mode', policy.mode],
    ['severity', policy.severity ?? ''],
    ['category', policy.category ?? ''],
    ['policy server', policy.policyServer],
    ['known there as', policy.uniqueName],
    ...selectorFacts(policy),
    ...moduleFacts(policy),
  ];
}

function selectorFacts({ namespaceSelector, objectSelector }: Policy): readonly Fact[] {
  return [
    ...(namespaceSelector === undefined
      ? []
      : [['namespaces with', formatLabelSelector(namespaceSelector)] as const]),
    ...(objectSelector === undefined ? [] : [['objects with', formatLabelSelector(objectSelector)] as const]),
  ];
}

function moduleFacts({ execution }: Policy): readonly Fact[] {
  return modulesOf(execution).flatMap(({ member, module, settings }): Fact[] => [
    [member === undefined ? 'module' : `member ${member}`, module],
    ...(settings.length === 0 ? [] : [['  its settings', settings.join(', ')] as const]),
  ]);
}

function describeNamespaces({ namespaces }: PolicyTarget, options: DetailOptions): string {
  if (namespaces === undefined) return '(cluster-scoped)';
  if (namespaces === 'all') {
    const { ignoredNamespaces: ignored } = options;
    return ignored.length === 0 ? 'all' : `all but ${ignored.join(', ')}`;
  }
  if (namespaces.length === 0) return 'none at present';
  const more = namespaces.length - options.maxNamespaces;
  const shown = namespaces.slice(0, options.maxNamespaces).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
