import {
  type Baseline,
  BaselineEntries,
  type BaselineEntry,
  type BaselineState,
  baselineKeyOf,
  type DiffEntry,
  formatBaselineKey,
  type Policy,
  type ResourceReport,
  type RunTarget,
} from '../domain/index.ts';
import { isOfTarget } from './baseline-doubts.ts';
import { createSight, type Looked } from './baseline-sight.ts';
import { openResultBook, partOf, type ResultBook } from './cluster-books.ts';

/** The older of two results: its violations, and where it looked. */
export type OlderResult = {
  readonly baseline: Baseline;
  readonly looked: Looked;
  /** What has passed in it, where it does not say what else it looked at. */
  readonly passes?: Passes | undefined;
};

/** Which objects have passed which policies. */
export class Passes {
  readonly #keys = new Set<string>();

  add(report: ResourceReport): void {
    for (const { policy, result } of report.results)
      if (result === 'pass') this.#keys.add(keyOfObject(report, policy));
  }

  has(report: ResourceReport, policy: Policy): boolean {
    return this.#keys.has(keyOfObject(report, policy));
  }
}

/** Of the object itself, whoever owns it. */
function keyOfObject({ subject, cluster }: ResourceReport, { uniqueName }: Policy): string {
  return formatBaselineKey(baselineKeyOf({ subject, cluster }, uniqueName));
}

/** What the newer one looked at. `hidesAccepted`: what it accepts is not among its violations, and not said either. */
export type NewerResult = { readonly looked: Looked; readonly hidesAccepted: boolean };

const ranks: Readonly<Record<BaselineState, number>> = { new: 0, changed: 1, known: 2 };

/**
 * Compares two results violation by violation, in both directions: nothing is new where the older one did not look, and nothing is fixed
 * where the newer one did not.
 */
export class DiffBook {
  readonly #old: OlderResult;
  readonly #target: RunTarget;
  readonly #book: ResultBook;
  readonly #entries = new BaselineEntries();
  readonly #states = new Map<string, BaselineState>();
  /** Entries about an object that passed before: the older result looked there. */
  readonly #passedBefore = new Set<string>();
  #before: ReadonlyMap<string, readonly string[]> | undefined;

  /** `target` is what the newer one looked at. */
  constructor(old: OlderResult, target: RunTarget) {
    this.#old = old;
    this.#target = target;
    this.#book = openResultBook({ baseline: old.baseline, target });
  }

  /** A report of the newer result. */
  add(report: ResourceReport): void {
    const marked = this.#book.apply(report);
    this.#entries.add(marked);
    for (const { baseline, policy } of marked.results) {
      if (baseline === undefined) continue;
      const key = formatBaselineKey(baselineKeyOf(report, policy.uniqueName));
      if (this.#old.passes?.has(report, policy) === true) this.#passedBefore.add(key);
      const known = this.#states.get(key);
      // An entry is as bad as the worst of its objects.
      if (known === undefined || ranks[baseline] < ranks[known]) this.#states.set(key, baseline);
    }
  }

  /** To be called at the end. Violations of the newer result first, then those that only the older one has. */
  finish({ looked, hidesAccepted }: NewerResult): readonly DiffEntry[] {
    const { fixed = [], unseen = [] } = this.#book.compare(looked) ?? {};
    const isNew = this.#createNewness([...fixed, ...unseen]);
    const found = this.#entries.list().map((entry): DiffEntry => {
      const key = formatBaselineKey(entry);
      const state = this.#states.get(key) ?? 'new';
      if (state === 'new') return { state: isNew(entry) ? 'new' : 'notSeenBefore', entry, before: [] };
      return { state, entry, before: state === 'changed' ? this.#messagesOf(entry) : [] };
    });
    const gone = (list: readonly BaselineEntry[], state: DiffEntry['state']): readonly DiffEntry[] =>
      list.map((entry) => ({ state, entry, before: [] }));
    return [...found, ...gone(fixed, hidesAccepted ? 'notSeenNow' : 'fixed'), ...gone(unseen, 'notSeenNow')];
  }

  /** What the policy said before. A result of one cluster does not name it. */
  #messagesOf(entry: BaselineEntry): readonly string[] {
    const { baseline } = this.#old;
    const own = baseline.clusters === undefined ? { ...entry, cluster: undefined } : entry;
    this.#before ??= new Map(baseline.entries.map((one) => [formatBaselineKey(one), one.messages]));
    return this.#before.get(formatBaselineKey(own)) ?? [];
  }

  /**
   * Whether the older result looked at everything that an entry is about. Where it is not known for sure who owns an object, it may be one of
   * the `open` entries of the older one under another name.
   */
  #createNewness(open: readonly BaselineEntry[]): (entry: BaselineEntry) => boolean {
    const { baseline, looked } = this.#old;
    // A baseline of stored reports has no filters where it is unknown what was left out.
    const sees = createSight({ ...looked, filters: baseline.filters });
    const places = new Set(open.map(placeOf));
    const unsure = new Set(open.filter(({ isOwnerCertain }) => isOwnerCertain === false).map(placeOf));
    return (entry) =>
      this.#isOfSameTarget(entry) &&
      !unsure.has(placeOf(entry)) &&
      !(entry.isOwnerCertain === false && places.has(placeOf(entry))) &&
      (this.#passedBefore.has(formatBaselineKey(entry)) || sees(entry));
  }

  /** Of a run over several clusters, whether the older result has the cluster of the entry, and not another one of that name. */
  #isOfSameTarget({ cluster }: BaselineEntry): boolean {
    const own = this.#target.clusters?.find(({ context }) => context === cluster);
    const { baseline } = this.#old;
    return own === undefined ? isOfTarget(baseline, this.#target) : isOfTarget(partOf(baseline, own), own);
  }
}

function placeOf({ cluster, policy, namespace }: BaselineEntry): string {
  return JSON.stringify([cluster ?? '', policy, namespace ?? '']);
}
