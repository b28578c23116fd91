import type { ObjectReference } from '../../domain/index.ts';
import type { StoredPolicyResults } from '../../sinks/kubernetes/index.ts';
import { formatAge, formatMinute, plural } from '../../text/index.ts';
import { isUnknown, type PolicyExplanation } from './explanation.ts';

/** How many objects fail a policy, by the stored reports, and how old that is. */
export function describeResults(results: PolicyExplanation['results'], now: Date): string {
  if (isUnknown(results)) return `unknown: ${results.unknown}`;
  const { fail, pass, error } = results.counts;
  const errors = error === 0 ? '' : `, ${error} without an answer`;
  const outdated =
    results.outdated === 0
      ? ''
      : `; ${results.outdated} of these results are of the policy as it was before, so scan again`;
  const { length } = results.failing;
  const shown = length < fail ? `; the first ${length} are below` : '';
  return `${plural(fail, 'object')} (${pass} pass${errors}), ${describeAge(results, now)}${outdated}${shown}`;
}

function describeAge({ answeredAt, changedAt }: StoredPolicyResults, now: Date): string {
  if (answeredAt !== undefined) return `as of ${formatMinute(answeredAt)}, ${ago(answeredAt, now)}`;
  const change = changedAt === undefined ? '' : `; the last change was ${ago(changedAt, now)}`;
  return `last confirmed at an unknown time, because there is no run record${change}`;
}

/** Clocks of machines differ a little. */
function ago(date: Date, now: Date): string {
  return `${formatAge(Math.max(0, now.getTime() - date.getTime()))} ago`;
}

/** `Pod shop/web-1`. */
export function describeObject({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
