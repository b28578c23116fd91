import type {
  Baseline,
  BaselineComparison,
  BaselineEntry,
  BaselineState,
  ClusterOutcome,
} from '../domain/index.ts';
import { isOfTarget } from './baseline-doubts.ts';
import { addSeverities, sum } from './sums.ts';

/** One cluster of a run, and how it compares with its part of a baseline; undefined where nothing of it was looked at. */
export type ComparedCluster = Pick<ClusterOutcome, 'name' | 'server' | 'uid'> & {
  readonly baseline: BaselineComparison | undefined;
};

/** Of a cluster that did not start, and of one that was not asked for, nothing that the baseline knows was looked at. */
export function mergeComparisons(
  baseline: Baseline,
  clusters: readonly ComparedCluster[],
): BaselineComparison {
  const compared = clusters.flatMap(({ baseline: own, ...cluster }) =>
    own === undefined ? [] : [{ ...cluster, ...own }],
  );
  const elsewhere = entriesOfOthers(baseline, compared);
  const name = (cluster: string, entries: readonly BaselineEntry[]) =>
    entries.map((entry) => ({ ...entry, cluster }));
  const fixed = compared.flatMap((one) => name(one.name, one.fixed));
  const unseen = [...compared.flatMap((one) => name(one.name, one.unseen)), ...elsewhere];
  const count = (state: BaselineState) => sum(compared, ({ counts }) => counts[state]);
  const severities = (state: BaselineState) =>
    addSeverities(compared.map(({ failBySeverity }) => failBySeverity[state]));
  return {
    source: baseline.source,
    takenAt: baseline.takenAt,
    warnings: compared.flatMap((one) => one.warnings.map((text) => `${one.name}: ${text}`)),
    counts: {
      new: count('new'),
      changed: count('changed'),
      known: count('known'),
      fixed: fixed.length,
      unseen: unseen.length,
    },
    failBySeverity: { new: severities('new'), changed: severities('changed'), known: severities('known') },
    fixed,
    unseen,
  };
}

/** The entries that no cluster of the run was compared with. */
function entriesOfOthers(
  baseline: Baseline,
  compared: readonly Omit<ComparedCluster, 'baseline'>[],
): readonly BaselineEntry[] {
  if (baseline.clusters === undefined) {
    const isSeen = compared.some(({ name, server, uid }) =>
      isOfTarget(baseline, { context: name, server, uid }),
    );
    return isSeen ? [] : baseline.entries;
  }
  const seen = new Set(compared.map(({ name }) => name));
  return baseline.entries.filter(({ cluster }) => cluster !== undefined && !seen.has(cluster));
}
