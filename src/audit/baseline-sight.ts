import {
  type BaselineEntry,
  type ClusterOutcome,
  type Coverage,
  type CoverageGap,
  type CoverageSkip,
  formatPolicy,
  type Policy,
  type PolicyStatus,
  parseApiVersion,
  type RunFilters,
} from '../domain/index.ts';

/** What says where a run has looked. */
export type Looked = {
  readonly policies: readonly PolicyStatus[];
  readonly coverage: Coverage;
  readonly filters?: RunFilters | undefined;
  readonly clusters?: readonly ClusterOutcome[] | undefined;
};

/** What of a run concerns the entries of one policy. */
type Blind = { readonly gaps: readonly CoverageGap[]; readonly skips: readonly CoverageSkip[] };

/**
 * Whether a run looked at everything that an entry of a baseline is about, so that it is fixed if there is no violation. What is not known was not
 * looked at.
 */
export function createSight({ clusters, ...looked }: Looked): (entry: BaselineEntry) => boolean {
  if (clusters === undefined) {
    const sees = createSightOf(looked);
    return (entry) => entry.cluster === undefined && sees(entry);
  }
  const { filters } = looked;
  const sights = new Map(
    clusters.map(({ name, outcome }) => [name, createSightOf({ ...outcome, filters })] as const),
  );
  return (entry) => sights.get(entry.cluster ?? '')?.(entry) ?? false;
}

function createSightOf({ policies, coverage, filters }: Looked): (entry: BaselineEntry) => boolean {
  const blind = new Map<string, Blind>();
  for (const { policy, state } of policies) {
    if (state === 'audited') blind.set(policy.uniqueName, toBlind(policy, coverage));
  }
  return (entry) => {
    const of = blind.get(entry.policy);
    return (
      of !== undefined &&
      isAsked(entry, coverage, filters) &&
      !of.gaps.some((gap) => hidesIn(gap, entry)) &&
      !of.skips.some((skip) => leavesOut(skip, entry))
    );
  };
}

function toBlind(policy: Policy, { gaps, skipped }: Coverage): Blind {
  const name = formatPolicy(policy);
  return {
    gaps: gaps.filter(({ policies }) => policies.length === 0 || policies.includes(name)),
    skips: skipped.filter((skip) => skip.policy === name),
  };
}

/** Whether the user asked for the place where the entry is, and for all objects there. */
function isAsked(
  { namespace }: BaselineEntry,
  { ignoredNamespaces, labelSelector, shard }: Coverage,
  filters: RunFilters | undefined,
): boolean {
  if (filters === undefined || hasPatterns(filters.kinds)) return false;
  if (labelSelector !== undefined || shard !== undefined) return false;
  const { scope, ignoreNamespaces } = filters;
  if (namespace === undefined) return scope.cluster;
  if (ignoredNamespaces.includes(namespace)) return false;
  if (scope.namespaces === 'all') return !ignoreNamespaces.includes(namespace);
  return scope.namespaces.includes(namespace);
}

function hasPatterns({ include, exclude }: RunFilters['kinds']): boolean {
  return include.length + exclude.length > 0;
}

function hidesIn({ resource, namespace }: CoverageGap, entry: BaselineEntry): boolean {
  const isElsewhere = namespace !== undefined && namespace !== entry.namespace;
  return !isElsewhere && isOnType(resource, entry);
}

/** The parts of a policy that its own settings leave out were left out before, too. */
function leavesOut({ resource, namespaces, names }: CoverageSkip, entry: BaselineEntry): boolean {
  if (resource === undefined || !isOnType(resource, entry)) return false;
  return namespaces === undefined || names === undefined || names.includes(entry.namespace ?? '');
}

/** A gap without a type is on every one, and one that names a group version on all in the group. */
function isOnType(resource: string | undefined, { resources }: BaselineEntry): boolean {
  if (resource === undefined || resources.length === 0 || resources.includes(resource)) return true;
  if (!/(?:^|\/)v\d\w*$/.test(resource)) return false;
  const { group } = parseApiVersion(resource);
  return resources.some((one) => (one.includes('.') ? one.slice(one.indexOf('.') + 1) : '') === group);
}
