import type { Policy, RuleWithOperations } from '../domain/policy.ts';
import { type ApiResource, formatApiVersion } from '../domain/resource.ts';

/** What API discovery knows, as plain data. `unavailable` are group versions such as `metrics.k8s.io/v1beta1` that did not answer. */
export type ApiFacts = {
  readonly resources: readonly ApiResource[];
  readonly unavailable: readonly string[];
};

/** The types a policy's rules reach, and why other parts of its rules reach nothing. */
export type RuleTargets = {
  /** At most one version per group and resource: the first in the server's order that a rule names. */
  readonly targets: readonly ApiResource[];
  readonly notes: readonly string[];
  /** Group versions that a rule may mean and that did not answer discovery: what is there is unknown. */
  readonly unknown: readonly string[];
};

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
    for (const pattern of patternsOf(rule)) {
      const found = resolvePattern(pattern, api);
      found.notes.forEach((note) => notes.add(note));
      found.unknown.forEach((groupVersion) => unknown.add(groupVersion));
      for (const resource of found.targets) keepPreferred(targets, resource, api);
    }
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
      // `*/*` means every resource and every subresource, so it covers the resources themselves.
      for (const name of rule.resources) {
        yield { group, version, resource: name === '*/*' ? any : name, scope: rule.scope };
      }
    }
  }
}

function resolvePattern(pattern: Pattern, api: ApiFacts): RuleTargets {
  const none = { targets: [], unknown: [] };
  if (pattern.resource.includes('/')) {
    return { ...none, notes: [`${describe(pattern)}: subresources are not audited`] };
  }
  const matching = api.resources.filter((resource) => matchesPattern(pattern, resource));
  const unknown = api.unavailable.filter((groupVersion) => mayBeIn(pattern, groupVersion));
  if (matching.length === 0) {
    return {
      targets: [],
      unknown,
      notes: unknown.length > 0 ? [] : [`unknown resource ${describe(pattern)}`],
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
    matchesPart(pattern.resource, resource.resource) &&
    (pattern.scope === any || (pattern.scope === 'Namespaced') === resource.namespaced)
  );
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
  if (neverAudited[resource.group]?.includes(resource.resource) === true) {
    return 'reports, events and leases are never audited';
  }
  if (!resource.verbs.includes('list')) return 'objects of this type cannot be listed';
  return named || resource.verbs.includes('create') ? undefined : 'objects of this type cannot be created';
}

/** One policy gives one result per object, so of several versions of a type it is asked about the preferred one only. */
function keepPreferred(targets: Map<string, ApiResource>, resource: ApiResource, api: ApiFacts): void {
  const key = `${resource.group}/${resource.resource}`;
  const known = targets.get(key);
  if (known === undefined || api.resources.indexOf(resource) < api.resources.indexOf(known)) {
    targets.set(key, resource);
  }
}

function describe(type: {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}): string {
  return `${formatApiVersion(type)} ${type.resource}`;
}
