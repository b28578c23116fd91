import { type ApiResource, formatApiVersion, type Policy, type RuleWithOperations } from '../domain/index.ts';

/** What API discovery knows, as plain data. `unavailable` are group versions such as `metrics.k8s.io/v1beta1` that did not answer. */
export type ApiFacts = {
  readonly resources: readonly ApiResource[];
  readonly unavailable: readonly string[];
};

/** The types a policy's rules reach, and why other parts of its rules reach nothing. */
export type RuleTargets = {
  /** At most one version per group and resource: the one that admission asks in. */
  readonly targets: readonly ApiResource[];
  /** The targets that the rules may or may not cover, because nothing defines the type. */
  readonly inDoubt: ReadonlySet<ApiResource>;
  readonly notes: readonly string[];
  /** Group versions that a rule may mean and that did not answer discovery: what is there is unknown. */
  readonly unknown: readonly string[];
};

/** The API server never sends these to webhooks, so that no webhook can prevent its own repair. */
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
  if (rules.length === 0) return { ...nothing, notes: ['no CREATE operation in its rules'] };

  const targets = new Map<string, ApiResource>();
  const notes = new Set<string>();
  const unknown = new Set<string>();
  const perhaps = new Set<ApiResource>();
  for (const rule of rules) {
    const found = [...patternsOf(rule)].map((pattern) => resolvePattern(pattern, api));
    found.flatMap((part) => part.notes).forEach((note) => notes.add(note));
    found.flatMap((part) => part.unknown).forEach((groupVersion) => unknown.add(groupVersion));
    found.flatMap((part) => [...part.inDoubt]).forEach((resource) => perhaps.add(resource));
    const covered = new Set(found.flatMap((part) => part.targets.filter((one) => !part.inDoubt.has(one))));
    for (const resource of api.resources.filter((candidate) => covered.has(candidate)))
      keepVersion(targets, resource, { policy, api });
  }
  const inDoubt = leftOver(perhaps, targets);
  return {
    targets: [...targets.values(), ...inDoubt],
    inDoubt: new Set(inDoubt),
    notes: [...notes],
    unknown: [...unknown],
  };
}

const nothing: RuleTargets = { targets: [], inDoubt: new Set(), notes: [], unknown: [] };

/** One version of each type that no rule is certain to mean. */
function leftOver(
  perhaps: ReadonlySet<ApiResource>,
  targets: ReadonlyMap<string, ApiResource>,
): readonly ApiResource[] {
  const byType = Map.groupBy(perhaps, typeKey);
  return [...byType].flatMap(([key, [first]]) => (first === undefined || targets.has(key) ? [] : [first]));
}

function typeKey({ group, resource }: ApiResource): string {
  return `${group}/${resource}`;
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
  if (pattern.resource.includes('/')) {
    return { ...nothing, notes: [`${describe(pattern)}: subresources are not audited`] };
  }
  const guesses = api.resources.filter(({ isGuess }) => isGuess === true);
  const perhaps = guesses.filter((type) => mayMean(pattern, type, api));
  const defined = api.resources.filter(({ isGuess }) => isGuess !== true);
  const known = defined.filter((resource) => matchesPattern(pattern, resource));
  const matching = [
    ...known.filter((resource) => matchesScope(pattern.scope, resource)),
    ...perhaps.filter((type) => meansEverything(pattern, type)),
  ];
  const inDoubt = new Set(perhaps.filter((type) => !matching.includes(type)));
  const unknown = api.unavailable.filter((groupVersion) => mayBeIn(pattern, groupVersion));
  if (matching.length === 0) {
    return {
      targets: [...inDoubt],
      inDoubt,
      unknown,
      notes: unknown.length + inDoubt.size > 0 ? [] : [whyNothing(pattern, known)],
    };
  }
  const exact = pattern.resource !== any;
  const refused = matching.filter((resource) => whyNotAudited(resource, exact) !== undefined);
  return {
    targets: [...matching.filter((resource) => !refused.includes(resource)), ...inDoubt],
    inDoubt,
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

/**
 * Whether a pattern may mean a type that nothing defines: such a type may have any plural in its group that no other type has, either
 * scope, and other versions than the one that was seen.
 */
function mayMean({ group, resource, scope }: Pattern, type: ApiResource, api: ApiFacts): boolean {
  const isTaken = (): boolean =>
    api.resources.some(
      (other) => other.isGuess !== true && other.group === type.group && other.resource === resource,
    );
  return (
    matchesPart(group, type.group) &&
    [any, 'Namespaced', 'Cluster'].includes(scope) &&
    (resource === any || !isTaken())
  );
}

/** Whether a pattern that may mean such a type is certain to: it means whatever there is. */
function meansEverything({ version, resource, scope }: Pattern, type: ApiResource): boolean {
  return resource === any && scope === any && matchesPart(version, type.version);
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
  const key = typeKey(resource);
  const known = targets.get(key);
  const isSame = (other: ApiResource): boolean => typeKey(other) === key;
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
