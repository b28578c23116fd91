import type { Policy } from '../domain/index.ts';
import type { MatchConditions } from './match-conditions.ts';

/** The match conditions of the policies that have some. CEL takes a while to load, and most policies do without. */
export async function readConditions(
  policies: readonly Policy[],
): Promise<ReadonlyMap<Policy, MatchConditions>> {
  const conditional = policies.filter(({ matchConditions }) => matchConditions.length > 0);
  if (conditional.length === 0) return new Map();
  const { compileConditions } = await import('./match-conditions.ts');
  return new Map(conditional.map((policy) => [policy, compileConditions(policy)]));
}
