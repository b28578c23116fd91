import {
  type BaselineEntry,
  compareText,
  countStates,
  type DiffEntry,
  type DiffSide,
  type DiffState,
  severityNames,
} from '../../domain/index.ts';
import { formatMinute, toPlainText } from '../../text/index.ts';

/** How the states are called, those first that somebody has to look at. */
export const stateTitles: readonly (readonly [state: DiffState, title: string])[] = [
  ['new', 'New'],
  ['changed', 'Changed'],
  ['fixed', 'Fixed'],
  ['notSeenBefore', 'Not looked at before'],
  ['notSeenNow', 'Not looked at now'],
  ['known', 'Known'],
];

/** What entries are counted by. */
export const countings: readonly (readonly [title: string, keyOf: (entry: BaselineEntry) => string])[] = [
  ['Policy', ({ policy }) => policy],
  ['Namespace', namespaceOf],
  ['Owner', formatOwnerOf],
];

function namespaceOf({ cluster, namespace }: BaselineEntry): string {
  return `${inCluster(cluster)}${namespace ?? '(cluster)'}`;
}

/** Where there are several clusters. */
function inCluster(cluster: string | undefined): string {
  return cluster === undefined ? '' : `${cluster}: `;
}

/** `shop  Deployment.apps/web`, without the namespace for what has none; `prod: shop  …` where there are several clusters. */
export function formatOwnerOf({ cluster, group, kind, namespace, name }: BaselineEntry): string {
  const type = group === '' ? kind : `${kind}.${group}`;
  return toPlainText(
    `${inCluster(cluster)}${namespace === undefined ? '' : `${namespace}  `}${type}/${name}`,
  );
}

/** `old.json: the cluster kind-a, 2026-11-01 14:00 UTC`. */
export function describeSide({ source, takenAt, target, complete }: DiffSide): string {
  const what = target.paths?.join(', ') ?? describeClusters(target);
  const whole = complete ? '' : ', incomplete';
  return toPlainText(`${source}: ${what}, ${formatMinute(takenAt)}${whole}`);
}

function describeClusters({ contexts, context, server }: DiffSide['target']): string {
  return contexts ? `clusters ${contexts.join(', ')}` : `cluster ${context ?? server ?? ''}`.trim();
}

export type CountRow = {
  readonly key: string;
  readonly counts: ReturnType<typeof countStates>;
};

/** Counts by a key, the most new ones first; of what did not change there is no row unless `all` are asked for. */
export function countBy(
  entries: readonly DiffEntry[],
  keyOf: (entry: BaselineEntry) => string,
): readonly CountRow[] {
  return [...Map.groupBy(entries, ({ entry }) => keyOf(entry))]
    .map(([key, group]) => ({ key, counts: countStates(group) }))
    .sort(
      (a, b) =>
        b.counts.new - a.counts.new || b.counts.changed - a.counts.changed || compareText(a.key, b.key),
    );
}

/** The worst first, then by place. */
export function sortEntries(entries: readonly DiffEntry[]): readonly DiffEntry[] {
  return entries.toSorted(
    ({ entry: a }, { entry: b }) =>
      severityNames.indexOf(a.severity) - severityNames.indexOf(b.severity) ||
      compareText(a.namespace ?? '', b.namespace ?? '') ||
      compareText(a.name, b.name) ||
      compareText(a.policy, b.policy),
  );
}
