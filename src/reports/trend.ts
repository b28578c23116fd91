import { compareText, describeFilters, type RunFilters } from '../domain/index.ts';
import type { EarlierRun, HistoryEntry, UnreadableFile } from './history.ts';
import type { AuditDocument, RenderContext } from './renderer.ts';

/**
 * One run on the way to this one. `doubt` says why it cannot be compared as it is; `counts` is false for what the course of things
 * must not be drawn with: another target, another part of it, or the same run once more.
 */
export type TrendPoint = Pick<
  EarlierRun,
  'finishedAt' | 'complete' | 'failBySeverity' | 'error' | 'accepted'
> & {
  /** Undefined for the run that the page is about. */
  readonly file: string | undefined;
  readonly doubt: string | undefined;
  readonly counts: boolean;
};

export type Trend = {
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
  readonly unreadable: readonly UnreadableFile[];
};

/** The earlier runs and this one in the order of time, with what is wrong with each. */
export function toTrend(
  history: readonly HistoryEntry[],
  document: AuditDocument,
  context: RenderContext,
): Trend {
  const runs = history
    .filter(isReadable)
    .toSorted((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime() || compareText(a.file, b.file));
  const current = toCurrent(document);
  const seen = new Map([[document.outcome.run.runUid, 'this run']]);
  const seconds = Map.groupBy([...runs, current], secondOf);
  const points = runs.map((run): TrendPoint => {
    const copyOf = seen.get(run.runUid);
    seen.set(run.runUid, copyOf ?? run.file);
    const shared = (seconds.get(secondOf(run)) ?? []).length > 1;
    return { ...run, ...judge(run, { context, filters: document.outcome.filters, copyOf, shared }) };
  });
  return {
    points: [...points, current].toSorted((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime()),
    unreadable: history.filter((entry) => 'unreadable' in entry),
  };
}

function isReadable(entry: HistoryEntry): entry is EarlierRun {
  return !('unreadable' in entry);
}

type Surroundings = {
  readonly context: RenderContext;
  readonly filters: RunFilters | undefined;
  readonly copyOf: string | undefined;
  readonly shared: boolean;
};

function judge(
  run: EarlierRun,
  { context, filters, copyOf, shared }: Surroundings,
): Pick<TrendPoint, 'doubt' | 'counts'> {
  if (copyOf !== undefined) return { doubt: `the same run as ${copyOf}`, counts: false };
  if (!isSameTarget(run.target, context.target))
    return { doubt: `about something else: ${describeTarget(run.target)}`, counts: false };
  if (run.filters !== undefined && filters !== undefined && normalize(run.filters) !== normalize(filters)) {
    const part = describeFilters(run.filters).join(' ') || 'everything';
    return { doubt: `about another part: ${part}`, counts: false };
  }
  if (shared) return { doubt: 'another result has the same timestamp', counts: true };
  if (run.filters === undefined && filters !== undefined)
    return { doubt: 'it does not say what it covered', counts: true };
  return { doubt: undefined, counts: true };
}

function isSameTarget(earlier: EarlierRun['target'], current: RenderContext['target']): boolean {
  if (current.paths !== undefined) return earlier.mode === 'files';
  if (earlier.mode === 'files') return false;
  // The name of a context is the user's own; the server is the cluster.
  return current.server === undefined || earlier.server === undefined
    ? earlier.context === current.context
    : earlier.server === current.server;
}

/** The same text for the same part, in whatever order its names were given. */
function normalize({ scope, ignoreNamespaces, labelSelector, policies, kinds }: RunFilters): string {
  const parts = [scope.cluster, scope.namespaces, ignoreNamespaces, labelSelector];
  const patterns = [policies.include, policies.exclude, kinds.include, kinds.exclude];
  const lists = [...parts, ...patterns].map((part) => (Array.isArray(part) ? part.toSorted() : part));
  return JSON.stringify(lists);
}

function describeTarget({ mode, context, server }: EarlierRun['target']): string {
  return mode === 'files' ? 'files' : (context ?? server ?? 'a cluster');
}

function toCurrent({ outcome }: AuditDocument): TrendPoint {
  const { finishedAt, complete, totals } = outcome;
  const { failBySeverity, accepted, results } = totals;
  const { error } = results;
  return {
    file: undefined,
    finishedAt,
    complete,
    failBySeverity,
    error,
    accepted,
    doubt: undefined,
    counts: true,
  };
}

function secondOf({ finishedAt }: { readonly finishedAt: Date }): number {
  return Math.floor(finishedAt.getTime() / 1000);
}
