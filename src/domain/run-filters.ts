/** What a run looks at: cluster-scoped objects, and all or some namespaces. */
export type AuditScope = {
  readonly cluster: boolean;
  readonly namespaces: 'all' | 'none' | readonly string[];
};

/** Names with `*` and `?`. An empty `include` means all; `exclude` wins. */
export type PatternFilter = { readonly include: readonly string[]; readonly exclude: readonly string[] };

/** What a run was asked to look at, so that later readers of its results know what they cannot contain. */
export type RunFilters = {
  readonly scope: AuditScope;
  /** Namespaces that are left out where `scope` has all of them. */
  readonly ignoreNamespaces: readonly string[];
  /** In the API's text form. */
  readonly labelSelector: string | undefined;
  readonly policies: PatternFilter;
  readonly kinds: PatternFilter;
};

/** What a run looked at: a cluster, or files as the user named them. */
export type RunTarget = {
  readonly context: string | undefined;
  readonly server: string | undefined;
  /** Of the cluster, where it is known: of a context that was one of several. */
  readonly uid?: string | undefined;
  /** Undefined for a cluster. */
  readonly paths?: readonly string[] | undefined;
  /** The clusters of a run over several, by their contexts. */
  readonly contexts?: readonly string[] | undefined;
  /** Where each of them led to, when that is known. */
  readonly clusters?: readonly RunTarget[] | undefined;
};
/** What is left of everything, in the words of the flags: `-n shop`, `--policy trusted-*`. Empty where nothing was left out. */
export function describeFilters({
  scope,
  ignoreNamespaces,
  labelSelector,
  policies,
  kinds,
}: RunFilters): readonly string[] {
  const { cluster, namespaces } = scope;
  return [
    ...(typeof namespaces === 'string' ? [] : [`-n ${namespaces.join(',')}`]),
    ...(namespaces === 'none' ? ['--scope cluster'] : []),
    ...(namespaces === 'all' && !cluster ? ['--scope namespaced'] : []),
    ...describeList('--exclude-namespaces', ignoreNamespaces),
    ...(labelSelector === undefined ? [] : [`-l ${labelSelector}`]),
    ...describeList('--policy', policies.include),
    ...describeList('--exclude-policy', policies.exclude),
    ...describeList('--include-kinds', kinds.include),
    ...describeList('--exclude-kinds', kinds.exclude),
  ];
}

function describeList(flag: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [`${flag} ${values.join(',')}`];
}
