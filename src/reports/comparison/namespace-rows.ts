import { type ChangeCounts, type Comparison, compareText } from '../../domain/index.ts';
import { toPlainText } from '../../text/index.ts';

export type NamespaceRows = {
  readonly header: readonly string[];
  /** Of the namespaces with a change, or with something that was not compared; the most newly failing first. */
  readonly rows: readonly (readonly string[])[];
  /** How many namespaces there are besides. */
  readonly unchanged: number;
};

/** The counts by namespace as a table. */
export function namespaceRows({ namespaces }: Pick<Comparison, 'namespaces'>): NamespaceRows {
  const all = [...namespaces].map(([namespace, counts]) => ({ name: namespace ?? '(cluster)', counts }));
  const changed = all.filter(({ counts }) => hasChange(counts));
  return {
    header: ['Namespace', ...countTitles],
    rows: changed
      .toSorted((a, b) => b.counts.newlyFailing - a.counts.newlyFailing || compareText(a.name, b.name))
      .map(({ name, counts }) => [toPlainText(name), ...cellsOf(counts)]),
    unchanged: all.length - changed.length,
  };
}

function hasChange({ newlyFailing, newlyPassing, notCompared }: ChangeCounts): boolean {
  return newlyFailing + newlyPassing + notCompared > 0;
}

/** What objects are counted by, and how many those are, in the same order. */
export const countTitles = ['Newly failing', 'Newly passing', 'Unchanged', 'Not compared'];

export function cellsOf(counts: ChangeCounts): readonly string[] {
  const { newlyFailing, newlyPassing, stillFailing, stillPassing, notCompared } = counts;
  return [newlyFailing, newlyPassing, stillFailing + stillPassing, notCompared].map(String);
}
