import type { Preparation } from '../../audit/index.ts';
import { type ApiResource, formatGroupResource, type Policy, type PolicyStatus } from '../../domain/index.ts';
import { applicableNamespaces, type SelectedPolicy } from '../../matching/index.ts';

/** A type that a policy reaches. `namespaces` is undefined for cluster-scoped types, and `all` where none is left out. */
export type PolicyTarget = {
  readonly type: string;
  readonly version: string;
  readonly namespaces: 'all' | readonly string[] | undefined;
};

/** What a scan would do with one policy. `policy` is undefined for an object that does not have the shape of one. */
export type PolicyRow = {
  readonly name: string;
  readonly kind: string;
  readonly policy: Policy | undefined;
  readonly state: PolicyStatus['state'];
  /** Why it is not audited. */
  readonly reason: string | undefined;
  /** What is left out though it is audited. */
  readonly notes: readonly string[];
  /** True when a scan would be incomplete because of this policy. */
  readonly incomplete: boolean;
  readonly targets: readonly PolicyTarget[];
};

export type RowOptions = {
  readonly acceptsPolicy: (policy: Pick<Policy, 'name' | 'namespace' | 'uniqueName'>) => boolean;
  /** Whether the user asked for less than everything. */
  readonly narrowed: boolean;
};

/** One row for every policy that was found and requested, because nobody would notice one that is missing. */
export function toPolicyRows(preparation: Preparation, options: RowOptions): readonly PolicyRow[] {
  const { policies, plan } = preparation;
  const selected = new Map(plan.selected.map((candidate) => [candidate.status.policy, candidate]));
  const rows = policies.policies.filter(options.acceptsPolicy).map((policy) => {
    const candidate = selected.get(policy);
    return candidate === undefined
      ? toUnselected(policy, options.narrowed)
      : toSelected(candidate, preparation);
  });
  const broken = policies.broken
    .map(({ name, error }) => ({ ...parseName(name), error }))
    .filter(({ name, namespace }) => options.acceptsPolicy({ name, namespace, uniqueName: name }))
    .map(({ name, namespace, kind, error }): PolicyRow => {
      const reason = error.message;
      const shown = namespace === undefined ? name : `${namespace}/${name}`;
      return { ...nothing, name: shown, kind, policy: undefined, state: 'errored', reason, incomplete: true };
    });
  return [...rows, ...broken];
}

const nothing = { notes: [], targets: [], incomplete: false };

function toUnselected(policy: Policy, narrowed: boolean): PolicyRow {
  const reason =
    narrowed || policy.namespace === undefined
      ? 'what it is about was not asked for'
      : 'its rules name cluster-scoped types only, and it applies to its namespace';
  return { ...nothing, ...namesOf(policy), state: 'skipped', reason };
}

function toSelected({ status, targets, unknown }: SelectedPolicy, preparation: Preparation): PolicyRow {
  const { policy, state, reason, notes } = status;
  const silent = unknown.map((groupVersion) => `the API group ${groupVersion} does not answer`);
  return {
    ...namesOf(policy),
    state,
    reason,
    notes: state === 'audited' ? [...notes, ...silent] : notes,
    incomplete: state === 'errored' || silent.length > 0,
    targets: targets.map((target) => toTarget(target, policy, preparation)),
  };
}

function namesOf(policy: Policy): Pick<PolicyRow, 'name' | 'kind' | 'policy'> {
  const { name, namespace, kind } = policy;
  return { name: namespace === undefined ? name : `${namespace}/${name}`, kind, policy };
}

function toTarget(resource: ApiResource, policy: Policy, { scope }: Preparation): PolicyTarget {
  const named = { type: formatGroupResource(resource), version: resource.version };
  if (!resource.namespaced) return { ...named, namespaces: undefined };
  const inScope = [...scope.namespaces.keys()];
  const namespaces = applicableNamespaces(policy, scope);
  if (namespaces === undefined) return { ...named, namespaces: scope.allNamespaces ? 'all' : inScope };
  return { ...named, namespaces: inScope.filter((name) => namespaces.has(name)) };
}

/** `AdmissionPolicy/payments/limits`, `ClusterAdmissionPolicy/limits`, or the file in which something is broken. */
function parseName(text: string): { kind: string; namespace: string | undefined; name: string } {
  const [, kind, namespace, name] = /^(\w*AdmissionPolicy\w*)\/(?:([^/]+)\/)?([^/]+)$/.exec(text) ?? [];
  return { kind: kind ?? '', namespace, name: name ?? text };
}
