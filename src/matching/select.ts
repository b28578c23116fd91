import type { ApiResource, Policy, PolicyStatus } from '../domain/index.ts';
import { findSelectorError } from '../text/index.ts';
import { type ApiFacts, resolveRules } from './rules.ts';

/**
 * A policy and the types it takes part with. `inDoubt`: those of them of which it is not known whether its rules mean them. `unknown`:
 * group versions that it may mean and that nobody can list now.
 */
export type SelectedPolicy = {
  readonly status: PolicyStatus;
  readonly targets: readonly ApiResource[];
  readonly inDoubt: ReadonlySet<ApiResource>;
  readonly unknown: readonly string[];
};

/** Decides whether a policy is audited, and if not, why. */
export function selectPolicy(policy: Policy, api: ApiFacts): SelectedPolicy {
  const { targets, inDoubt, notes, unknown } = resolveRules(policy, api);
  const as = (state: PolicyStatus['state'], reason?: string): SelectedPolicy => ({
    status: { policy, state, reason, notes: state === 'audited' ? notes : [] },
    targets,
    inDoubt,
    unknown,
  });

  if (!policy.backgroundAudit) return { ...as('skipped', 'backgroundAudit: false'), unknown: [] };
  if (policy.status !== 'active') {
    return { ...as('skipped', `status: ${policy.status === '' ? 'not set' : policy.status}`), unknown: [] };
  }
  const selectorError = findPolicySelectorError(policy);
  if (selectorError !== undefined) return as('errored', selectorError);
  if (targets.length > 0) return as('audited');
  if (unknown.length > 0) return as('errored', `the API group ${unknown.join(', ')} does not answer`);
  return as('skipped', notes.join('; '));
}

function findPolicySelectorError(policy: Policy): string | undefined {
  for (const field of ['namespaceSelector', 'objectSelector'] as const) {
    const error = findSelectorError(policy[field] ?? {});
    if (error !== undefined) return `invalid ${field}: ${error}`;
  }
  return undefined;
}
