import { type CoverageSkip, formatGroupResource, formatPolicy, type Policy } from '../domain/index.ts';
import {
  applicableNamespaces,
  type PlanScope,
  type SelectedPolicy,
  shunnedNamespace,
} from '../matching/index.ts';

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
  if (policy.namespace !== undefined) return parts;
  const left = [...outside(policy, scope)].filter(([, namespaces]) => namespaces.length > 0);
  const unselected = targets
    .filter(({ namespaced }) => namespaced)
    .flatMap((target) =>
      left.map(([why, namespaces]) => ({
        ...skip(policy, why),
        resource: formatGroupResource(target),
        namespaces: namespaces.length,
        ...(namespaces.length <= mostNames && { names: namespaces }),
      })),
    );
  return [...parts, ...unselected];
}

/** More would make the record grow with the cluster. */
const mostNames = 20;

/** Which of the audited namespaces a policy leaves out, by the reason. */
function outside(policy: Policy, scope: PlanScope): ReadonlyMap<string, readonly string[]> {
  const shunned = shunnedNamespace(policy, scope);
  const applicable = applicableNamespaces(policy, scope);
  const all = [...scope.namespaces.keys()];
  return new Map([
    [
      'its namespaceSelector does not match',
      applicable === undefined ? [] : all.filter((name) => name !== shunned && !applicable.has(name)),
    ],
    ['it does not apply in the namespace of Kubewarden', all.filter((name) => name === shunned)],
  ]);
}

function skip(policy: Policy, reason: string): CoverageSkip {
  return { policy: formatPolicy(policy), resource: undefined, namespaces: undefined, reason };
}
