import {
  type Baseline,
  type BaselineComparison,
  baselineFor,
  type ResourceReport,
  type RunTarget,
} from '../domain/index.ts';
import { BaselineBook, type ComparedOutcome, type ComparedRun } from './baseline-book.ts';
import { isOfTarget } from './baseline-doubts.ts';
import { mergeComparisons } from './merge-comparisons.ts';

/** What marks the violations of a result, whether of one target or of several clusters. */
export type ResultBook = Pick<BaselineBook, 'apply' | 'compare'>;

/** Compares a result of several clusters as each of them alone would be compared. Without a run nothing is marked. */
export function openResultBook(run: ComparedRun | undefined): ResultBook {
  return run?.target.clusters === undefined
    ? new BaselineBook(run)
    : new ClusterBooks(run.baseline, run.target.clusters);
}

/** The part of a baseline that is about one cluster of a run over several. One of another cluster says nothing about it. */
export function partOf(baseline: Baseline, target: RunTarget): Baseline {
  if (baseline.clusters === undefined && !isOfTarget(baseline, target)) return { ...baseline, entries: [] };
  return baselineFor(baseline, target);
}

/** A book for each cluster, so that what happens in one changes nothing of what is said of another. */
class ClusterBooks implements ResultBook {
  readonly #baseline: Baseline;
  readonly #books: ReadonlyMap<string, BaselineBook>;

  constructor(baseline: Baseline, targets: readonly RunTarget[]) {
    this.#baseline = baseline;
    this.#books = new Map(
      targets.map((target) => [
        target.context ?? '',
        new BaselineBook({ baseline: partOf(baseline, target), target }),
      ]),
    );
  }

  apply({ cluster, ...report }: ResourceReport): ResourceReport {
    const marked = this.#books.get(cluster ?? '')?.apply(report) ?? report;
    return cluster === undefined ? marked : { ...marked, cluster };
  }

  compare({ clusters = [], filters }: ComparedOutcome): BaselineComparison {
    const compared = clusters.map(({ outcome, started, ...cluster }) => {
      const book = started ? this.#books.get(cluster.name) : undefined;
      return { ...cluster, baseline: book?.compare({ ...outcome, filters }) };
    });
    return mergeComparisons(this.#baseline, compared);
  }
}
