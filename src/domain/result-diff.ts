import type { BaselineEntry } from './baseline.ts';
import type { RunTarget } from './run-filters.ts';

/**
 * What happened to a violation between two results. `notSeenBefore`: only the newer one has it, and the older one did not look there;
 * `notSeenNow` is the reverse. Neither is new or fixed.
 */
export const diffStates = ['new', 'changed', 'known', 'fixed', 'notSeenBefore', 'notSeenNow'] as const;
export type DiffState = (typeof diffStates)[number];

/** A violation, however many objects have it, as the result has it that has it last. */
export type DiffEntry = {
  readonly state: DiffState;
  readonly entry: BaselineEntry;
  /** What the policy said before; empty unless it is changed. */
  readonly before: readonly string[];
};

/** One of the two results. */
export type DiffSide = {
  /** As the user named it. */
  readonly source: string;
  readonly runUid: string;
  readonly takenAt: Date;
  readonly complete: boolean;
  readonly target: RunTarget;
  readonly toolVersion: string;
};

/** How two results differ. Entries are in a stable order. */
export type ResultDiff = {
  readonly old: DiffSide;
  readonly current: DiffSide;
  readonly entries: readonly DiffEntry[];
  /** Caveats for readers of the comparison, a sentence each. */
  readonly notes: readonly string[];
};

/** How many entries there are of each state. */
export function countStates(entries: readonly DiffEntry[]): Readonly<Record<DiffState, number>> {
  const counts = { new: 0, changed: 0, known: 0, fixed: 0, notSeenBefore: 0, notSeenNow: 0 };
  for (const { state } of entries) counts[state] += 1;
  return counts;
}
