import { formatGroupResource, type Policy } from '../../domain/index.ts';
import { formatLabelSelector } from '../../text/index.ts';
import { isUnknown, type PolicyExplanation } from './explanation.ts';
import { describeRule } from './rule-words.ts';

export type Fact = readonly [term: string, text: string];

/** What a policy is asked about, and what a scan makes of that here. */
export function matchingFacts({ policy, targets, audited }: PolicyExplanation): readonly Fact[] {
  const reached = isUnknown(targets)
    ? `unknown: ${targets.unknown}`
    : targets.map(formatGroupResource).join(', ') || 'nothing';
  const notes = isUnknown(audited) ? [] : audited.notes;
  return [
    ...policy.rules.map((rule): Fact => ['requests', describeRule(rule)]),
    ['namespaces', describeNamespaces(policy)],
    ...(policy.objectSelector === undefined
      ? []
      : [['objects', `with ${formatLabelSelector(policy.objectSelector)}`] as const]),
    ...policy.matchConditions.map(({ name, expression }): Fact => [`condition ${name}`, expression]),
    ['types here', reached],
    ...notes.map((note): Fact => ['left out', note]),
  ];
}

function describeNamespaces(policy: Policy): string {
  if (policy.namespace !== undefined) return `${policy.namespace}, its own`;
  const { namespaceSelector, allowInsideAdmissionControllerNamespace: everywhere } = policy;
  const which = namespaceSelector === undefined ? 'all' : `with ${formatLabelSelector(namespaceSelector)}`;
  return everywhere ? `${which}, that of Kubewarden too` : `${which}, but not that of Kubewarden`;
}
