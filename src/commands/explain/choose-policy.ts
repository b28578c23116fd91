import { policyNotFound } from '../../assembly/index.ts';
import type { ListedPolicies } from '../../audit/index.ts';
import { AuditError, errorCodes, formatPolicy, type Policy } from '../../domain/index.ts';

const mostNamed = 10;

/**
 * The policy that a person means by its name: `limits`, `payments/limits`, `AdmissionPolicy/payments/limits`, or the name by which policy
 * servers and reports know it. Throws an AuditError where there is none or more than one, and the one of a policy that is broken.
 */
export function choosePolicy(text: string, { policies, broken }: ListedPolicies): Policy {
  const found = policies.filter((policy) => isMeant(text, policy));
  const brokenOnes = broken.filter(({ name }) => isNameOf(text, name));
  const [first] = found;
  if (found.length + brokenOnes.length > 1)
    throw ambiguous(text, [...found.map(formatPolicy), ...brokenOnes.map(({ name }) => name)]);
  if (first !== undefined) return first;
  if (brokenOnes[0] !== undefined) throw brokenOnes[0].error;
  const known = [...policies.map(({ name }) => name), ...broken.map(({ name }) => name)];
  throw policyNotFound(`there is no policy "${text}"`, text, known);
}

/** Kinds are written in many ways. */
function isMeant(text: string, policy: Policy): boolean {
  const { name, namespace, uniqueName } = policy;
  return (
    [name, uniqueName, ...(namespace === undefined ? [] : [`${namespace}/${name}`])].includes(text) ||
    text.toLowerCase() === formatPolicy(policy).toLowerCase()
  );
}

/** Of a broken one there is only a name, with its kind or without, or the file that it is in. */
function isNameOf(text: string, name: string): boolean {
  return name === text || name.endsWith(`/${text}`);
}

function ambiguous(text: string, names: readonly string[]): AuditError {
  const more = names.length > mostNamed ? [`There are ${names.length - mostNamed} more.`] : [];
  return new AuditError(errorCodes.invalidValue, `"${text}" names ${names.length} policies`, {
    facts: more,
    tries: names.slice(0, mostNamed).map((name) => `audit-scanner explain ${name}`),
  });
}
