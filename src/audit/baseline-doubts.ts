import {
  type Baseline,
  describeFilters,
  type PolicyStatus,
  type RunFilters,
  type RunTarget,
} from '../domain/index.ts';

const mostNames = 5;

type Run = {
  readonly policies: readonly PolicyStatus[];
  readonly filters?: RunFilters | undefined;
};

/** Caveats for readers of a comparison, a sentence each. */
export function describeDoubts(
  { baseline, target }: { readonly baseline: Baseline; readonly target: RunTarget },
  run: Run,
): readonly string[] {
  return [
    ...describeCompleteness(baseline),
    ...(baseline.doubts ?? []),
    ...describeParts(baseline, run),
    ...describePolicies(baseline, run),
    ...(isOfTarget(baseline, target)
      ? []
      : [
          `the baseline is about ${describeTarget(baseline.target)}, but this scan about ${describeOther(target, baseline.target)}: only what was looked at here and passed counts as fixed`,
        ]),
  ];
}

/** Whether a run looks at the same cluster or the same paths. */
export function isOfTarget({ target }: Pick<Baseline, 'target'>, other: RunTarget): boolean {
  if (target === undefined) return false;
  const [paths, otherPaths] = [target.paths, other.paths].map((list) => list?.toSorted().join('\n'));
  if (paths !== undefined || otherPaths !== undefined) return paths === otherPaths;
  // The key of an entry says in which cluster it is.
  if (target.contexts !== undefined || other.contexts !== undefined)
    return target.contexts !== undefined && other.contexts !== undefined;
  return isSameCluster(target, other);
}

function isSameCluster(one: RunTarget, other: RunTarget): boolean {
  // A name or an address may have been given to another cluster since.
  if (one.uid !== undefined && other.uid !== undefined) return one.uid === other.uid;
  return one.server === other.server || (one.context !== undefined && one.context === other.context);
}

/** What a run looked at, as people call it. */
export function describeTarget(target: RunTarget | undefined): string {
  if (target === undefined) return 'an unknown target';
  if (target.contexts !== undefined) return `the clusters ${target.contexts.join(', ')}`;
  return target.paths?.join(', ') ?? `the cluster ${target.context ?? target.server ?? ''}`.trim();
}

function describeOther(target: RunTarget, than: RunTarget | undefined): string {
  const text = describeTarget(target);
  return text === describeTarget(than) ? 'another cluster that now has this name' : text;
}

function describeCompleteness({ complete }: Baseline): readonly string[] {
  if (complete === true) return [];
  return complete === undefined
    ? ['the baseline does not say whether its scan was complete: what that scan did not see counts as new']
    : ['the baseline comes from an incomplete scan: what that scan did not see counts as new'];
}

function describeParts({ filters }: Baseline, run: Run): readonly string[] {
  const [then, now] = [filters, run.filters].map((one) =>
    one === undefined ? '' : describeFilters(one).join(' '),
  );
  if (then === now || filters === undefined) return [];
  return [
    then === ''
      ? `this scan covers only a part of the baseline (${now ?? ''}): the rest counts as neither known nor fixed`
      : `the baseline covers only a part (${then ?? ''}): everything outside it counts as new`,
  ];
}

/** Only where the baseline says which policies it knew, one that is new can be told from one that found nothing then. */
function describePolicies({ policies, entries }: Baseline, run: Run): readonly string[] {
  const now = run.policies.filter(({ state }) => state === 'audited').map(({ policy }) => policy.uniqueName);
  const then = new Set(policies ?? entries.map(({ policy }) => policy));
  const added = policies === undefined ? [] : now.filter((name) => !then.has(name));
  const gone = [...then].filter((name) => !now.includes(name));
  return [
    ...(added.length === 0
      ? []
      : [
          `the baseline was taken without ${nameAll(added)}: every violation of ${whose(added)} counts as new`,
        ]),
    ...(gone.length === 0
      ? []
      : [
          `this scan does not use ${nameAll(gone)} of the baseline: no violation of ${whose(gone)} counts as fixed`,
        ]),
  ];
}

/** `the policies a, b and 3 more`. */
export function nameAll(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  const more = names.length - mostNames;
  return `${names.length === 1 ? 'the policy' : 'the policies'} ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}

function whose({ length }: readonly string[]): string {
  return length === 1 ? 'it' : 'them';
}
