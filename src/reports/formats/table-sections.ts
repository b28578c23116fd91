import { compareText, formatOrigin } from '../../domain/index.ts';
import { plural, toPlainText, toTerminalMessage } from '../../text/index.ts';
import { formatOwnAcceptance } from '../acceptance.ts';
import { comparePlaces, formatNamespace, formatPolicyName, severityRank } from '../finding.ts';
import type { FindingsView } from '../renderer.ts';
import {
  formatRolled,
  formatRolledObject,
  formatShare,
  type RolledReport,
  type RolledResult,
} from '../roll-up.ts';
import type { TableRow } from './table-rows.ts';

/** A heading with what stands under it. `notes` are lines below the heading. All texts are plain. */
export type Section = {
  readonly title: string;
  readonly notes: readonly string[];
  readonly rows: readonly TableRow[];
};

/** The findings in the groups that the view asks for, the worst first. */
export function toSections(
  reports: readonly RolledReport[],
  view: FindingsView | undefined,
): readonly Section[] {
  const rolled = reports.toSorted(compareReports);
  switch (view?.groupBy) {
    case 'policy':
      return byPolicy(rolled);
    case 'namespace':
      return byNamespace(rolled);
    case 'resource':
    case 'owner':
    case undefined:
      return rolled.map(toSection);
  }
}

function toSection(report: RolledReport): Section {
  return {
    title: `${formatNamespace(report)}  ${formatRolled(report)}`,
    notes: describeSource(report),
    rows: sortResults(report).map((result) => ({
      result,
      name: toPlainText(result.policy.name),
      message: toMessage(result, report),
    })),
  };
}

function describeSource({ origin, members }: RolledReport): readonly string[] {
  if (origin === undefined) return [];
  const others = members.length - 1;
  return [`source ${toPlainText(formatOrigin(origin))}${others > 0 ? ` and ${others} more` : ''}`];
}

type Pair = { readonly report: RolledReport; readonly result: RolledResult };

function byPolicy(rolled: readonly RolledReport[]): readonly Section[] {
  const pairs = rolled.flatMap((report) => report.results.map((result) => ({ report, result })));
  return [...Map.groupBy(pairs, ({ result }) => result.policy.uniqueName).values()]
    .toSorted((a, b) => rankOf(a) - rankOf(b) || b.length - a.length || compareText(nameOf(a), nameOf(b)))
    .map((group) => ({
      title: `${nameOf(group)}  ${plural(countMembers(group), 'finding')}`,
      notes: [],
      rows: group.map(({ report, result }) => ({
        result,
        name: formatRolledObject(report),
        message: toMessage(result, report),
      })),
    }));
}

function nameOf([first]: readonly Pair[]): string {
  return first === undefined ? '' : formatPolicyName(first.result.policy);
}

/** Per object, as everything is counted. */
function countMembers(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, { result }) => sum + result.members.length, 0);
}

function rankOf(pairs: readonly Pair[]): number {
  return Math.min(...pairs.map(({ result }) => severityRank(result)));
}

/** The objects of a namespace one after the other: each finding names its policy, and before its message the object. */
function byNamespace(rolled: readonly RolledReport[]): readonly Section[] {
  const inOrder = rolled.toSorted(comparePlaces);
  const titles = [...new Set(inOrder.map(formatNamespace))];
  const groups = Map.groupBy(rolled, formatNamespace);
  return titles
    .map((title) => [title, groups.get(title) ?? []] as const)
    .toSorted(([, inA], [, inB]) => worstOf(inA) - worstOf(inB))
    .map(([place, group]) => {
      const pairs = group.flatMap((report) => sortResults(report).map((result) => ({ report, result })));
      return {
        title: `${place}  ${plural(countMembers(pairs), 'finding')}`,
        notes: [],
        rows: pairs.map(({ report, result }) => ({
          result,
          name: toPlainText(result.policy.name),
          message: `${formatRolled(report)}: ${toMessage(result, report)}`,
        })),
      };
    });
}

function toMessage(result: RolledResult, report: RolledReport): string {
  return toTerminalMessage(result.message) + formatShare(result, report) + formatOwnAcceptance(result);
}

function sortResults({ results }: RolledReport): readonly RolledResult[] {
  return results.toSorted((a, b) => severityRank(a) - severityRank(b));
}

function compareReports(a: RolledReport, b: RolledReport): number {
  return worstRank(a) - worstRank(b) || comparePlaces(a, b);
}

function worstRank({ results }: RolledReport): number {
  return Math.min(...results.map(severityRank));
}

function worstOf(reports: readonly RolledReport[]): number {
  return Math.min(...reports.map(worstRank));
}
