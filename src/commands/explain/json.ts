import { formatGroupResource, type Policy } from '../../domain/index.ts';
import { resultApiVersion } from '../../reports/index.ts';
import { toPlainJson } from '../../text/index.ts';
import { type ExplainedModule, isUnknown, type PolicyExplanation, type Unknown } from './explanation.ts';

/**
 * All about a policy, for programs. What could not be found out is `null`, and says why in the `unknown` beside it. Fields are only ever
 * added. Ends with a newline.
 */
export function toExplanationJson(explanation: PolicyExplanation): string {
  const { policy, audited, targets, documentation, modules, signatures, results } = explanation;
  const unknown = { audited, targets, modules, signatures, results };
  const document = {
    apiVersion: resultApiVersion,
    kind: 'PolicyExplanation',
    policy: toPolicy(policy),
    documentation,
    audited: known(audited, (status) => status),
    targets: known(targets, (types) => types.map(formatGroupResource)),
    modules: known(modules, (all) => all.map(toModule)),
    signatures: known(signatures, ({ by }) => ({ verified: by !== undefined, by: by ?? null })),
    results: known(results, ({ counts, failing, outdated, answeredAt, changedAt }) => ({
      ...counts,
      failing,
      outdated,
      asOf: answeredAt?.toISOString() ?? null,
      changedAt: changedAt?.toISOString() ?? null,
    })),
    unknown: Object.fromEntries(
      Object.entries(unknown).flatMap(([name, fact]) => (isUnknown(fact) ? [[name, fact.unknown]] : [])),
    ),
  };
  return `${toPlainJson(document, 2)}\n`;
}

function known<T extends object, R>(fact: T | Unknown, show: (fact: T) => R): R | null {
  return isUnknown(fact) ? null : show(fact);
}

function toPolicy(policy: Policy): object {
  const { kind, name, namespace = null, uniqueName, policyServer, mode, mutating } = policy;
  const { severity = 'unset', category = null, backgroundAudit, rules, matchConditions } = policy;
  const { namespaceSelector = null, objectSelector = null } = policy;
  const group = policy.execution?.kind === 'group' ? policy.execution : undefined;
  return {
    ...{ kind, name, namespace, uniqueName, policyServer, mode, mutating, severity, category },
    ...{ backgroundAudit, rules, namespaceSelector, objectSelector, matchConditions },
    ...(group && { expression: group.expression, message: group.message }),
  };
}

function toModule({ member, pinned, content, ...module }: ExplainedModule): object {
  return {
    ...{ member: member ?? null, ...module, pinned: pinned ?? null },
    digest: isUnknown(content) ? null : content.digest,
    documentation: isUnknown(content) ? null : content.documentation,
    ...(isUnknown(content) && { unknown: content.unknown }),
  };
}
