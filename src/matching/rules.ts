import type { Policy, RuleWithOperations } from '../domain/policy.ts';
import { type ApiResource, formatApiVersion } from '../domain/resource.ts';

/** What API discovery knows, as plain data. `unavailable` are group versions such as `metrics.k8s.io/v1beta1` that did not answer. */
export type ApiFacts = {
  readonly resources: readonly ApiResource[];
  readonly unavailable: readonly string[];
};

/** The types a policy's rules reach, and why other parts of its rules reach nothing. */
export type RuleTargets = {
  /** At most one version per group and resource: the one that admission asks in. */
  readonly targets: readonly ApiResource[];
  readonly notes: readonly string[];
  /** Group versions that a rule may mean and that did not answer discovery: what is there is unknown. */
  readonly unknown: readonly string[];
};

/** The API server keeps these from every webhook, so that no webhook can lock out who would mend it. */
const neverAdmitted: readonly string[] = [
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
];

const neverAudited: Readonly<Record<string, readonly string[]>> = {
  '': ['events'],
  'events.k8s.io': ['events'],
  'coordination.k8s.io': ['leases'],
  'wgpolicyk8s.io': ['policyreports', 'clusterpolicyreports'],
  'openreports.io': ['reports', 'clusterreports'],
};

const any = '*';

/** Resolves each (group, version, resource) of the rules that cover CREATE on its own; duplicates count once. */
export function resolveRules(policy: Policy, api: ApiFacts): RuleTargets {
  const rules = policy.rules.filter(coversCreate);
  if (rules.length === 0) return { targets: [], notes: ['no CREATE operation in its rules'], unknown: [] };

  const targets = new Map<string, ApiResource>();
  const notes = new Set<string>();
  const unknown = new Set<string>();
  for (const rule of rules) {
    const found = [...patternsOf(rule)].map((pattern) => resolvePattern(pattern, api));
    found.flatMap((part) => part.notes).forEach((note) => notes.add(note));
    found.flatMap((part) => part.unknown).forEach((groupVersion) => unknown.add(groupVersion));
    const covered = new Set(found.flatMap((part) => part.targets));
    for (const resource of api.resources.filter((candidate) => covered.has(candidate)))
      keepVersion(targets, resource, { policy, api });
  }
  return { targets: [...targets.values()], notes: [...notes], unknown: [...unknown] };
}

type Pattern = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly scope: string;
};

function coversCreate(rule: RuleWithOperations): boolean {
  return rule.operations.some((operation) => operation === 'CREATE' || operation === any);
}

function* patternsOf(rule: RuleWithOperations): Iterable<Pattern> {
  for (const group of rule.apiGroups) {
    for (const version of rule.apiVersions) {
      // `pods/*` covers the pods themselves, too: to the API server they are its subresource without a name.
      for (const name of rule.resources) {
        yield { group, version, resource: name.replace(/\/\*$/, ''), scope: rule.scope };
      }
    }
  }
}

function resolvePattern(pattern: Pattern, api: ApiFacts): RuleTargets {
  const none = { targets: [], unknown: [] };
  if (pattern.resource.includes('/')) {
    return { ...none, notes: [`${describe(pattern)}: subresources are not audited`] };
  }
  const known = api.resources.filter((resource) => matchesPattern(pattern, resource));
  const matching = known.filter((resource) => matchesScope(pattern.scope, resource));
  const unknown = api.unavailable.filter((groupVersion) => mayBeIn(pattern, groupVersion));
  if (matching.length === 0) {
    return {
      targets: [],
      unknown,
      notes: unknown.length > 0 ? [] : [whyNothing(pattern, known)],
    };
  }
  const exact = pattern.resource !== any;
  const refused = matching.filter((resource) => whyNotAudited(resource, exact) !== undefined);
  return {
    targets: matching.filter((resource) => !refused.includes(resource)),
    notes: exact
      ? refused.map((resource) => `${describe(resource)}: ${whyNotAudited(resource, exact) ?? ''}`)
      : [],
    unknown,
  };
}

function matchesPattern(pattern: Pattern, resource: ApiResource): boolean {
  return (
    matchesPart(pattern.group, resource.group) &&
    matchesPart(pattern.version, resource.version) &&
    matchesPart(pattern.resource, resource.resource)
  );
}

/** The API server takes a scope that it does not know for one that nothing has. */
function matchesScope(scope: string, { namespaced }: ApiResource): boolean {
  return scope === any || scope === (namespaced ? 'Namespaced' : 'Cluster');
}

function whyNothing(pattern: Pattern, known: readonly ApiResource[]): string {
  return known.length === 0
    ? `unknown resource ${describe(pattern)}`
    : `${describe(pattern)}: not in the scope of the rule, ${pattern.scope}`;
}

function matchesPart(pattern: string, value: string): boolean {
  return pattern === any || pattern === value;
}

function mayBeIn(pattern: Pattern, groupVersion: string): boolean {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  return matchesPart(pattern.group, group) && (version === any || matchesPart(pattern.version, version));
}

/** A wildcard takes what can be listed and created; a rule that names a type needs only that it can be listed. */
function whyNotAudited(resource: ApiResource, named: boolean): string | undefined {
  if (resource.group === 'admissionregistration.k8s.io' && neverAdmitted.includes(resource.resource)) {
    return 'the API server never asks a webhook about these';
  }
  if (neverAudited[resource.group]?.includes(resource.resource) === true) {
    return 'reports, events and leases are never audited';
  }
  if (!resource.verbs.includes('list')) return 'objects of this type cannot be listed';
  return named || resource.verbs.includes('create') ? undefined : 'objects of this type cannot be created';
}

/**
 * One policy gives one result per object, so of several versions of a type it is asked about one only: the one that the API server
 * converts a request in the preferred version to. That is the preferred version itself if a rule covers it, else what the earliest
 * rule covers. With `Exact` nothing is converted, and the most preferred version counts that any rule covers.
 */
function keepVersion(
  targets: Map<string, ApiResource>,
  resource: ApiResource,
  { policy, api }: { readonly policy: Policy; readonly api: ApiFacts },
): void {
  const key = `${resource.group}/${resource.resource}`;
  const known = targets.get(key);
  const isSame = (other: ApiResource): boolean => `${other.group}/${other.resource}` === key;
  const isPreferred = api.resources.find(isSame) === resource;
  const isBetter =
    known !== undefined &&
    policy.matchPolicy === 'Exact' &&
    api.resources.indexOf(resource) < api.resources.indexOf(known);
  if (known === undefined || isPreferred || isBetter) targets.set(key, resource);
}

function describe(type: {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}): string {
  return `${formatApiVersion(type)} ${type.resource}`;
}
