import type { ApiResource, Labels, Policy, PolicyStatus } from '../domain/index.ts';
import { type Decision, decideSelector } from '../text/index.ts';
import { findCollisions } from './collisions.ts';
import type { ApiFacts } from './rules.ts';
import { type SelectedPolicy, selectPolicy } from './select.ts';

/** One served version of a type, with the policies that are asked about objects in that version. */
export type PlannedVersion = { readonly resource: ApiResource; readonly policies: readonly PlannedPolicy[] };

export type PlannedPolicy = {
  readonly policy: Policy;
  /** The namespaces it applies to, or may apply to; undefined means every one. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** Those of them of which it is not known whether it applies there. */
  readonly namespacesInDoubt: ReadonlySet<string>;
  /** True where it is not known whether the policy's rules mean the type. */
  readonly isTypeInDoubt: boolean;
  /** Kubewarden's own namespace, where it does not apply there. */
  readonly shunned: string | undefined;
};

/** One type that is listed. `namespaces` says where it has to be listed: `all` is one cluster-wide LIST. */
export type PlannedType = {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Nothing says what the type is: its objects may be namespaced even where `namespaced` says no. */
  readonly isGuess: boolean;
  readonly versions: readonly PlannedVersion[];
  readonly namespaces: 'all' | readonly string[];
};

export type AuditPlan = {
  /** Cluster-scoped types first, then namespaced ones; by group and resource within. */
  readonly types: readonly PlannedType[];
  /** Every policy that this scope concerns, audited or not, in the order given. */
  readonly selected: readonly SelectedPolicy[];
};

/** The policies that are asked, in the order given. */
export function auditedOf({ selected }: Pick<AuditPlan, 'selected'>): readonly SelectedPolicy[] {
  return selected.filter(({ status }) => status.state === 'audited');
}

export type PlanScope = {
  readonly cluster: boolean;
  /** The namespaces to audit with their labels. Empty when only cluster-scoped objects are. */
  readonly namespaces: ReadonlyMap<string, Labels>;
  /** True when `namespaces` is the whole cluster minus the ignored ones, so that one LIST can serve all of them. */
  readonly allNamespaces: boolean;
  /** The namespace of Kubewarden itself, in `namespaces` or not. */
  readonly kubewardenNamespace: string | undefined;
  /** The namespaces of which no more is known than the name. Only files have such. */
  readonly nameOnly?: ReadonlySet<string> | undefined;
};

export type PlanFilter = {
  readonly policy: (policy: Policy) => boolean;
  readonly type: (resource: ApiResource) => boolean;
};

/**
 * Below this many namespaces, listing each costs fewer requests and bytes than one cluster-wide LIST that is mostly thrown away.
 */
const maxSeparateLists = 5;

/** Which types have to be listed where, and who is asked about them. Pure: same facts, same plan. */
export function planAudit(
  policies: readonly Policy[],
  facts: ApiFacts,
  options: { scope: PlanScope; filter: PlanFilter },
): AuditPlan {
  const { scope, filter } = options;
  const collisions = findCollisions(policies.filter(({ status }) => status === 'active'));
  const selected = policies
    .filter(filter.policy)
    .map((policy) => withCollision(selectPolicy(policy, facts), collisions))
    .map((candidate) => restrictToScope(candidate, { scope, filter }))
    .filter((candidate) => candidate !== undefined);
  return { types: groupByType(auditedOf({ selected }), { facts, scope }), selected };
}

function withCollision(selected: SelectedPolicy, collisions: ReadonlyMap<Policy, string>): SelectedPolicy {
  const { status } = selected;
  const reason = collisions.get(status.policy);
  if (status.state !== 'audited' || reason === undefined) return selected;
  return { ...selected, status: { ...status, state: 'errored', reason, notes: [] } };
}

/** Undefined if the scope contains nothing that the policy covers: it is then not part of this scan. */
function restrictToScope(
  selected: SelectedPolicy,
  { scope, filter }: { scope: PlanScope; filter: PlanFilter },
): SelectedPolicy | undefined {
  const { policy } = selected.status;
  const targets = selected.targets.filter(
    (target) => isInScope(target, policy, scope) && filter.type(target),
  );
  if (targets.length > 0) {
    const outside = whyOutsideNamespaces(policy, scope);
    return outside === undefined
      ? { ...selected, targets }
      : { ...selected, targets: [], unknown: [], status: outside };
  }
  if (selected.status.state === 'audited' && selected.unknown.length > 0 && concernsScope(policy, scope))
    return { ...selected, targets: [], status: whyUnknown(selected) };
  return selected.targets.length === 0 && selected.status.state !== 'audited' && concernsScope(policy, scope)
    ? selected
    : undefined;
}

/** What is left of the policy's rules lies in groups that do not answer. */
function whyUnknown({ status, unknown }: SelectedPolicy): PolicyStatus {
  const reason = `the API group ${unknown.join(', ')} does not answer`;
  return { ...status, state: 'errored', reason, notes: [] };
}

function isInScope(target: ApiResource, policy: Policy, scope: PlanScope): boolean {
  // It may or may not be namespaced: each object tells.
  if (target.isGuess === true) return concernsScope(policy, scope);
  if (target.namespaced) return scope.namespaces.size > 0 && concernsScope(policy, scope);
  return scope.cluster && policy.namespace === undefined;
}

/** With named namespaces, the policies of other namespaces are not even mentioned. */
function concernsScope(policy: Policy, scope: PlanScope): boolean {
  if (policy.namespace === undefined) return true;
  return scope.namespaces.has(policy.namespace) || scope.allNamespaces;
}

function whyOutsideNamespaces(policy: Policy, scope: PlanScope): PolicyStatus | undefined {
  if (policy.namespace === undefined || scope.namespaces.has(policy.namespace)) return undefined;
  return { policy, state: 'skipped', reason: `namespace ${policy.namespace} is not audited`, notes: [] };
}

function groupByType(
  audited: readonly SelectedPolicy[],
  { facts, scope }: { facts: ApiFacts; scope: PlanScope },
): PlannedType[] {
  const namespacesOf = new Map(
    audited.map(({ status: { policy } }) => [policy, applicableNamespaces(policy, scope)]),
  );
  const byType = Map.groupBy(
    audited.flatMap(({ status, targets, inDoubt }) =>
      targets.map((target) => ({
        policy: status.policy,
        target,
        isTypeInDoubt: inDoubt.has(target),
      })),
    ),
    ({ target }) => `${target.namespaced ? '1' : '0'}/${target.group}/${target.resource}`,
  );
  const keys = [...byType.keys()].sort();
  return keys.map((key) => {
    const pairs = byType.get(key) ?? [];
    const versions = facts.resources
      .filter((resource) => pairs.some(({ target }) => target === resource))
      .map((resource) => ({
        resource,
        policies: pairs
          .filter(({ target }) => target === resource)
          .map(({ policy, isTypeInDoubt }) => ({
            policy,
            isTypeInDoubt,
            namespaces: namespacesOf.get(policy),
            namespacesInDoubt: doubtfulNamespaces(policy, scope),
            shunned: shunnedNamespace(policy, scope),
          })),
      }));
    return toPlannedType(versions, scope);
  });
}

function toPlannedType(versions: readonly PlannedVersion[], scope: PlanScope): PlannedType {
  const [first] = versions;
  if (first === undefined) throw new TypeError('a planned type has at least one version');
  const { group, resource, kind, namespaced, isGuess = false } = first.resource;
  return {
    group,
    resource,
    kind,
    namespaced,
    isGuess,
    versions,
    namespaces: namespaced ? whereToList(versions, scope) : 'all',
  };
}

function whereToList(versions: readonly PlannedVersion[], scope: PlanScope): 'all' | readonly string[] {
  const needed = [...scope.namespaces.keys()].filter((namespace) =>
    versions.some(({ policies }) => policies.some(({ namespaces }) => namespaces?.has(namespace) ?? true)),
  );
  const fewer = needed.length < scope.namespaces.size && needed.length <= maxSeparateLists;
  return scope.allNamespaces && !fewer ? 'all' : needed;
}

/** The namespaces of the scope in which a policy applies or may apply; undefined for all of them. */
export function applicableNamespaces(policy: Policy, scope: PlanScope): ReadonlySet<string> | undefined {
  if (policy.namespace !== undefined) return new Set([policy.namespace]);
  const { namespaceSelector } = policy;
  const shunned = shunnedNamespace(policy, scope);
  const isShunning = shunned !== undefined && scope.namespaces.has(shunned);
  if (namespaceSelector === undefined && !isShunning) return undefined;
  return new Set(
    [...scope.namespaces]
      .filter(([name]) => name !== shunned && decideNamespace(policy, name, scope) !== 'no')
      .map(([name]) => name),
  );
}

/** Those of its namespaces of which it is not known whether a policy applies there. */
function doubtfulNamespaces(policy: Policy, scope: PlanScope): ReadonlySet<string> {
  const { nameOnly = new Set<string>() } = scope;
  return new Set([...nameOnly].filter((name) => decideNamespace(policy, name, scope) === 'unknown'));
}

const nameLabel = 'kubernetes.io/metadata.name';

function decideNamespace(
  { namespace, namespaceSelector }: Policy,
  name: string,
  { namespaces, nameOnly }: PlanScope,
): Decision {
  if (namespace !== undefined) return namespace === name ? 'yes' : 'no';
  const isNameOnly = nameOnly?.has(name) === true;
  return decideSelector(
    namespaceSelector ?? {},
    namespaces.get(name) ?? {},
    (key) => !isNameOnly || key === nameLabel,
  );
}

/** Kubewarden's own namespace, unless the policy applies there. */
export function shunnedNamespace(policy: Policy, { kubewardenNamespace }: PlanScope): string | undefined {
  return policy.allowInsideAdmissionControllerNamespace ? undefined : kubewardenNamespace;
}
