import { type ResourceReport } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import { countFindings, type FindingCount } from './breakdown.ts';
import { type Finding, formatNamespace, formatObject, formatPolicyName, toProblems } from './finding.ts';
import type { FindingsView } from './renderer.ts';
import { formatRolledObject, type RolledReport, rollUpReports } from './roll-up.ts';
import { chooseRollUp } from './view.ts';

/** Findings counted by one thing, the worst first; `all` says how many there are where only the first are listed. */
export type CountedBy = {
  readonly title: string;
  readonly rows: readonly FindingCount[];
  readonly all: number;
};

/** What people want to know of many findings before they read any: which policies, which namespaces, and the worst objects. */
export function breakDown(
  reports: readonly ResourceReport[],
  { most, view }: { readonly most: number; readonly view: FindingsView | undefined },
): readonly CountedBy[] {
  const problems = toProblems(reports);
  const nameOf = toNames(rollUpReports(reports, chooseRollUp(view)));
  const counted = (title: string, keyOf: (finding: Finding) => string): CountedBy => {
    const rows = countFindings(problems, keyOf);
    return { title, rows: rows.slice(0, most), all: rows.length };
  };
  const clusters = reports.some(({ cluster }) => cluster !== undefined);
  return [
    ...(clusters ? [counted('by cluster', ({ report }) => toPlainText(report.cluster ?? ''))] : []),
    counted('by policy', ({ result }) => formatPolicyName(result.policy)),
    counted('by namespace', ({ report }) => formatNamespace(report)),
    counted('worst objects', ({ report }) => nameOf.get(report) ?? formatObject(report)),
  ];
}

function toNames(rolled: readonly RolledReport[]): ReadonlyMap<ResourceReport, string> {
  return new Map(
    rolled.flatMap((report) => {
      const name = formatRolledObject(report);
      return report.members.map((member) => [member, name] as const);
    }),
  );
}
