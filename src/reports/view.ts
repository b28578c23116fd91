import { compareText } from '../domain/index.ts';
import { plural } from '../text/index.ts';
import type { FindingsView } from './renderer.ts';
import type { RolledReport, RolledResult, RollUp } from './roll-up.ts';

/** What is rolled up in a view. */
export function chooseRollUp(view: FindingsView | undefined): RollUp {
  if (view?.groupBy === 'owner') return 'all';
  return view?.rollUp === true ? 'workloads' : 'none';
}

/** That a line may stand for several objects, where the counts of the run are per object. */
export function describeRollUp(
  { objects, owners }: { readonly objects: number; readonly owners: number },
  view: FindingsView | undefined,
): string {
  const hint = view?.groupBy === 'owner' ? '' : ' (--no-roll-up shows each)';
  return `${plural(objects, 'object')} shown as ${plural(owners, 'owner')}${hint}; counts are per object`;
}

export type RolledFinding = { readonly report: RolledReport; readonly result: RolledResult };

/** Brings together the findings of one policy or namespace, where the view asks for that; their order stays otherwise. */
export function groupFindings(
  findings: readonly RolledFinding[],
  view: FindingsView | undefined,
): readonly RolledFinding[] {
  switch (view?.groupBy) {
    case 'policy':
      return sortBy(findings, ({ result }) => result.policy.uniqueName);
    case 'namespace':
      return sortBy(findings, ({ report }) => report.subject.namespace ?? '');
    case 'resource':
    case 'owner':
    case undefined:
      return findings;
  }
}

function sortBy(
  findings: readonly RolledFinding[],
  keyOf: (finding: RolledFinding) => string,
): readonly RolledFinding[] {
  return findings.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
}
