import {
  AuditError,
  errorCodes,
  formatApiVersion,
  formatPolicy,
  type MissingFact,
  type Policy,
} from '../domain/index.ts';

/** Why it is not known whether a policy is asked, and what would tell. */
export function toMissingFactError(policy: Policy, fact: MissingFact): AuditError {
  if (fact.kind === 'namespace') {
    const why = `selects namespaces by labels, and those of ${fact.name} are not known`;
    return new AuditError(errorCodes.namespaceUnknown, `${formatPolicy(policy)} ${why}; ${remedy(fact)}`);
  }
  const { kind } = fact.type;
  const why = `may be about ${formatApiVersion(fact.type)} ${kind}, of which only objects are known, and not its plural and scope`;
  return new AuditError(errorCodes.typeUnknown, `${formatPolicy(policy)} ${why}; ${remedy(fact)}`);
}

/** Why a policy was asked though its conditions may leave the object out, and what would tell. */
export function toUndecidedError(policy: Policy, why: string, fact: MissingFact): AuditError {
  const message = `${formatPolicy(policy)}: ${why}, which is not known; the policy was asked; ${remedy(fact)}`;
  return new AuditError(errorCodes.conditionUndecided, message);
}

function remedy(fact: MissingFact): string {
  return fact.kind === 'namespace'
    ? `give the Namespace ${fact.name} with --facts`
    : `give the CustomResourceDefinition of ${fact.type.kind} with --facts`;
}
