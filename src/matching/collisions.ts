import { formatPolicy, type Policy } from '../domain/index.ts';

/**
 * Policies whose unique names are the same, like a policy `group-x` and a policy group `x`, each with a sentence that says with which
 * others. A policy server knows only one policy by each name, and we cannot tell which, so none of them can be asked.
 */
export function findCollisions(policies: readonly Policy[]): ReadonlyMap<Policy, string> {
  const byName = Map.groupBy(policies, ({ uniqueName }) => uniqueName);
  return new Map(
    [...byName.values()]
      .filter((same) => same.length > 1)
      .flatMap((same) => same.map((policy) => [policy, describe(policy, same)] as const)),
  );
}

function describe(policy: Policy, same: readonly Policy[]): string {
  const others = same.filter((other) => other !== policy).map(formatPolicy);
  return `policy servers know it by the same name as ${others.join(', ')}: ${policy.uniqueName}; rename one of them`;
}
