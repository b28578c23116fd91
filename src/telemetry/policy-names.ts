import { compareText, formatPolicy, type Policy } from '../domain/index.ts';
import type { RunTally } from './run-tally.ts';

/** At most this many policies have their own series; the rest share one. */
export const mostPolicies = 100;
export const otherPolicies = 'other';

const known = new WeakMap<RunTally, ReadonlyMap<Policy, string>>();

/** How a policy is called in labels: by its name if it is one of those with the most violations, then errors, then results. */
export function nameInLabels(policy: Policy, tally: RunTally): string {
  const names = known.get(tally) ?? rank(tally);
  known.set(tally, names);
  return names.get(policy) ?? otherPolicies;
}

function rank({ results, durations }: RunTally): ReadonlyMap<Policy, string> {
  const all = [...new Set([...results.keys(), ...durations.keys()])].map((policy) => {
    const { pass, fail, error, accepted } = results.get(policy) ?? {
      pass: 0,
      fail: 0,
      error: 0,
      accepted: 0,
    };
    return { policy, name: formatPolicy(policy), weights: [fail, error, pass + accepted] };
  });
  const byWeight = all.sort((a, b) => {
    const differences = a.weights.map((weight, index) => (b.weights[index] ?? 0) - weight);
    return differences.find((difference) => difference !== 0) ?? compareText(a.name, b.name);
  });
  return new Map(byWeight.slice(0, mostPolicies).map(({ policy, name }) => [policy, name]));
}
