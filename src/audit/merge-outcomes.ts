import {
  type AuditOutcome,
  type AuditRun,
  type AuditTotals,
  type Baseline,
  type ClusterOutcome,
  type Coverage,
  cellStates,
  type ExceptionUse,
} from '../domain/index.ts';
import { type ComparedCluster, mergeComparisons } from './merge-comparisons.ts';
import { addSeverities, sum } from './sums.ts';

/** A run over several clusters, and what all of it was compared with. */
export type MergedRun = {
  readonly run: AuditRun;
  readonly finishedAt: Date;
  readonly baseline?: Baseline | undefined;
};

/** What the clusters of a run come to together: everything is added up, and each thing that is named names its cluster. */
export function mergeOutcomes(
  { run, finishedAt, baseline }: MergedRun,
  clusters: readonly ClusterOutcome[],
): AuditOutcome {
  const outcomes = clusters.map(({ outcome }) => outcome);
  const connections = inEach(clusters, ({ connections: some = [] }) => some, nameServer);
  return {
    run,
    finishedAt,
    policies: inEach(clusters, ({ policies }) => policies),
    answered: outcomes.flatMap(({ answered }) => answered),
    totals: addTotals(outcomes.map(({ totals }) => totals)),
    evaluationFailures: inEach(clusters, ({ evaluationFailures }) => evaluationFailures),
    incidents: clusters.flatMap(({ name, outcome }) =>
      outcome.incidents.map((one) => ({ ...one, scope: { cluster: name, ...one.scope } })),
    ),
    exceptions: mergeExceptions(clusters),
    annotations: mergeAnnotations(clusters),
    baseline: baseline && mergeComparisons(baseline, clusters.map(toCompared)),
    filters: outcomes.find(({ filters }) => filters !== undefined)?.filters,
    coverage: addCoverage(clusters),
    clusters,
    load: mergeLoad(clusters),
    ...(connections.length > 0 && { connections }),
    interrupted: outcomes.some(({ interrupted }) => interrupted),
    complete: outcomes.every(({ complete }) => complete),
  };
}

/** All of something, each with its cluster. */
function inEach<T, U = T & { readonly cluster: string }>(
  clusters: readonly ClusterOutcome[],
  all: (outcome: AuditOutcome) => readonly T[],
  name?: (one: T, cluster: string) => U,
): readonly (U | (T & { readonly cluster: string }))[] {
  return clusters.flatMap(({ name: cluster, outcome }) =>
    all(outcome).map((one) => name?.(one, cluster) ?? { ...one, cluster }),
  );
}

/** Policy servers of two clusters have the same names. */
function nameServer<T extends { readonly server: string }>(one: T, cluster: string): T {
  return { ...one, server: `${cluster}: ${one.server}` };
}

function mergeLoad(clusters: readonly ClusterOutcome[]): AuditOutcome['load'] {
  const first = clusters.find(({ outcome }) => outcome.load !== undefined)?.outcome.load;
  return first && { ...first, servers: inEach(clusters, ({ load }) => load?.servers ?? [], nameServer) };
}

/** Without what is reused and stored: a run over several clusters stores nothing. */
function addTotals(all: readonly AuditTotals[]): AuditTotals {
  const results = (status: keyof AuditTotals['results']) => sum(all, (one) => one.results[status]);
  const stored = (fate: keyof AuditTotals['stored']) => sum(all, (one) => one.stored[fate]);
  return {
    resources: sum(all, ({ resources }) => resources),
    evaluations: sum(all, ({ evaluations }) => evaluations),
    results: {
      pass: results('pass'),
      fail: results('fail'),
      warn: results('warn'),
      error: results('error'),
      skip: results('skip'),
    },
    accepted: sum(all, ({ accepted }) => accepted),
    failBySeverity: addSeverities(all.map(({ failBySeverity }) => failBySeverity)),
    stored: {
      created: stored('created'),
      updated: stored('updated'),
      unchanged: stored('unchanged'),
      deleted: stored('deleted'),
      keptResults: stored('keptResults'),
    },
  };
}

function addCoverage(clusters: readonly ClusterOutcome[]): Coverage {
  const all = clusters.map(({ outcome }) => outcome.coverage);
  const cells = { scanned: 0, partial: 0, failed: 0, empty: 0, skipped: 0 };
  for (const state of cellStates) cells[state] = sum(all, (one) => one.cells[state]);
  return {
    cells,
    types: sum(all, ({ types }) => types),
    namespaces: sum(all, ({ namespaces }) => namespaces),
    ignoredNamespaces: [...new Set(all.flatMap(({ ignoredNamespaces }) => ignoredNamespaces))].sort(),
    labelSelector: all.find(({ labelSelector }) => labelSelector !== undefined)?.labelSelector,
    gaps: inEach(clusters, ({ coverage }) => coverage.gaps),
    skipped: inEach(clusters, ({ coverage }) => coverage.skipped),
    kept: [],
  };
}

/** Those of the exceptions files, which each cluster was asked about in the same order, and those that the objects of each state. */
function mergeExceptions(clusters: readonly ClusterOutcome[]): readonly ExceptionUse[] {
  const listed = clusters.map(({ outcome: { exceptions = [] } }) =>
    exceptions.filter(({ exception }) => exception.saidBy === undefined),
  );
  const ofObjects = clusters.flatMap(({ name: cluster, outcome: { exceptions = [] } }) =>
    exceptions.flatMap(({ exception, ...use }) => {
      const { saidBy } = exception;
      return saidBy === undefined
        ? []
        : [{ ...use, exception: { ...exception, saidBy: { ...saidBy, cluster } } }];
    }),
  );
  return [...mergeListed(listed), ...ofObjects];
}

/** A cluster that did not start says nothing about them. */
function mergeListed(all: readonly (readonly ExceptionUse[])[]): readonly ExceptionUse[] {
  const known = all.filter(({ length }) => length > 0);
  const isWhole = known.length === all.length;
  const [first = []] = known;
  return first.map(({ exception }, index) => {
    const uses = known.flatMap((each) => each[index] ?? []);
    const states = uses.map(({ state }) => state);
    const every = (state: ExceptionUse['state']): boolean => states.every((one) => one === state);
    const unused = isWhole && every('unused') ? 'unused' : 'unclear';
    const state = every('expired') ? 'expired' : states.includes('used') ? 'used' : unused;
    return { exception, state, findings: sum(uses, ({ findings }) => findings) };
  });
}

/** Undefined where no cluster was asked for them. */
function mergeAnnotations(clusters: readonly ClusterOutcome[]): AuditOutcome['annotations'] {
  const all = clusters.flatMap(({ outcome: { annotations } }) => annotations ?? []);
  if (all.length === 0) return undefined;
  const invalid = clusters.flatMap(({ name: cluster, outcome: { annotations } }) =>
    (annotations?.invalid ?? []).map((one) => ({ ...one, object: { ...one.object, cluster } })),
  );
  return { accepted: sum(all, ({ accepted }) => accepted), invalid };
}

function toCompared({ name, server, uid, outcome: { baseline } }: ClusterOutcome): ComparedCluster {
  return { name, server, uid, baseline };
}
