import type { CoverageSkip } from '../domain/coverage.ts';
import { formatPolicy, type Policy } from '../domain/policy.ts';
import { formatGroupResource } from '../domain/resource.ts';
import type { PlanScope } from '../matching/plan.ts';
import { applicableNamespaces } from '../matching/plan.ts';
import type { SelectedPolicy } from '../matching/select.ts';

/** What the run does not concern itself with, by its flags. */
export type LeftOut = {
  readonly policies: readonly Policy[];
  readonly ignoredNamespaces: readonly string[];
};

type Skips = { readonly skips: readonly CoverageSkip[]; readonly cells: number };

/** The cells that are left out on purpose, and how many those are. */
export function describeSkips(
  selected: readonly SelectedPolicy[],
  scope: PlanScope,
  { policies }: LeftOut,
): Skips {
  const byFlags = policies.map((policy): CoverageSkip => skip(policy, 'left out by the flags of this scan'));
  const all = [...selected.flatMap((one) => skipsOf(one, scope)), ...byFlags];
  return {
    skips: all,
    cells: all.reduce((sum, { namespaces }) => sum + (namespaces ?? 1), 0),
  };
}

function skipsOf({ status, targets }: SelectedPolicy, scope: PlanScope): readonly CoverageSkip[] {
  const { policy, state, reason, notes } = status;
  if (state === 'skipped') return [skip(policy, reason ?? '')];
  const parts = notes.map((note) => skip(policy, note));
  if (state !== 'audited') return parts;
  const outside =
    scope.namespaces.size - (applicableNamespaces(policy, scope)?.size ?? scope.namespaces.size);
  if (outside === 0 || policy.namespace !== undefined) return parts;
  const unselected = targets
    .filter(({ namespaced }) => namespaced)
    .map((target) => ({
      ...skip(policy, 'its namespaceSelector does not match'),
      resource: formatGroupResource(target),
      namespaces: outside,
    }));
  return [...parts, ...unselected];
}

function skip(policy: Policy, reason: string): CoverageSkip {
  return { policy: formatPolicy(policy), resource: undefined, namespaces: undefined, reason };
}
