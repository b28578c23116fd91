import type { AuditedObject, Labels, MissingFact } from '../domain/index.ts';
import { matchesSelector } from '../text/index.ts';
import { lazyVariables } from './condition-variables.ts';
import type { ConditionVerdict, MatchConditions } from './match-conditions.ts';
import type { PlannedPolicy } from './plan.ts';

/** Whether a policy is asked about an object. `unknown`: that fact would decide. */
export type Match = ConditionVerdict | { readonly kind: 'unknown'; readonly fact: MissingFact };

export type MatchContext = {
  /** The match conditions of the policy, if it has some. */
  readonly conditions: MatchConditions | undefined;
  /** Namespaces of which no more is known than the name. */
  readonly nameOnly: ReadonlySet<string>;
};

/** Decides about the objects of a planned type. What the version in which an object was listed says of it is read once for all policies. */
export function createMatcher(object: AuditedObject) {
  const places = placesOf(object).map((namespace) => ({ namespace, variables: variablesIn(namespace) }));

  function variablesIn(namespace: string | undefined) {
    let variables: ReturnType<typeof lazyVariables> | undefined;
    return (nameOnly: ReadonlySet<string>) =>
      (variables ??= lazyVariables(object, {
        namespace,
        missingNamespace: namespace !== undefined && nameOnly.has(namespace) ? namespace : undefined,
      }));
  }

  /** Whether the planned policy is asked about the object. */
  return (planned: PlannedPolicy, { conditions, nameOnly }: MatchContext): Match => {
    if (!matchesSelector(planned.policy.objectSelector, labelsOf(object))) return no;
    const matches = places.map(({ namespace, variables }): Match => {
      const place = matchPlace(planned, object, namespace);
      if (place === false) return no;
      const verdict = conditions?.decide(variables(nameOnly)) ?? yes;
      return place === true || isNo(verdict) ? verdict : { kind: 'unknown', fact: place };
    });
    const match = agree(matches, object);
    return planned.isTypeInDoubt && !isNo(match) ? unknownType(object) : match;
  };
}

const yes: Match = { kind: 'match' };
const no: Match = { kind: 'no-match' };

/** The policy is not asked. */
function isNo({ kind }: Match): boolean {
  return kind === 'no-match' || kind === 'ignored';
}

function unknownType({ resource }: AuditedObject): Match {
  return { kind: 'unknown', fact: { kind: 'type', type: resource } };
}

/** What is said of an object wherever it is, or that it depends on where that is. */
function agree(matches: readonly Match[], object: AuditedObject): Match {
  const [first = no] = matches;
  if (matches.every(isNo)) return matches.find(({ kind }) => kind === 'ignored') ?? first;
  return matches.every(({ kind }) => kind === first.kind) ? first : unknownType(object);
}

/** The namespaces in which the object may be, each undefined for none at all; more than one where its type is not known. */
function placesOf({ reference: { namespace }, perhapsIn }: AuditedObject): readonly (string | undefined)[] {
  return perhapsIn === undefined ? [namespace] : [undefined, perhapsIn];
}

/**
 * A Namespace lies in itself: its own labels count for the namespaceSelector. To other cluster-scoped objects the selector does not
 * apply, and policies of a namespace are not asked about them.
 */
function matchPlace(
  { policy, namespaces, namespacesInDoubt, shunned }: PlannedPolicy,
  object: AuditedObject,
  namespace: string | undefined,
): boolean | MissingFact {
  if (namespace !== undefined) {
    if (namespaces !== undefined && !namespaces.has(namespace)) return false;
    return namespacesInDoubt.has(namespace) ? { kind: 'namespace', name: namespace } : true;
  }
  if (policy.namespace !== undefined) return false;
  if (!isNamespace(object)) return true;
  return object.reference.name !== shunned && matchesSelector(policy.namespaceSelector, labelsOf(object));
}

/** The API server adds the name as a label to every Namespace before it asks anybody; one in a file may not have it yet. */
function labelsOf(object: AuditedObject): Labels {
  const { labels, reference } = object;
  return isNamespace(object) ? { ...labels, 'kubernetes.io/metadata.name': reference.name } : labels;
}

function isNamespace({ resource }: AuditedObject): boolean {
  return resource.group === '' && resource.resource === 'namespaces';
}
