import { TextLists } from '../text/index.ts';
import type { BaselineState } from './baseline-state.ts';
import type { PolicyResult, ResourceReport } from './report.ts';
import { parseApiVersion } from './resource.ts';
import type { RunFilters, RunTarget } from './run-filters.ts';
import { type SeverityName, severityOf } from './severity.ts';

/**
 * What makes a violation the same from run to run: the policy, and the top owner of the object, or the object itself where it has none.
 * Not its UID, version, file or line, and no name that a controller made up.
 */
export type BaselineKey = {
  /** Of a run over several clusters. */
  readonly cluster?: string | undefined;
  /** The unique name. */
  readonly policy: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
};

/** One violation of a baseline, however many objects have it: three Pods of one Deployment are one entry. */
export type BaselineEntry = BaselineKey & {
  /** On objects of which types it was found, like `pods` and `deployments.apps`. */
  readonly resources: readonly string[];
  readonly severity: SeverityName;
  /** What the policy said, each text once, as `comparableMessage` has it. */
  readonly messages: readonly string[];
  /** Set if the top owner of one of its objects is unknown, so that another entry may have replaced it. */
  readonly isOwnerCertain?: false | undefined;
};

/** The violations of an earlier run, and the facts about that run that a comparison needs. */
export type Baseline = {
  /** As the user named it. */
  readonly source: string;
  /** Undefined if unknown. */
  readonly takenAt: Date | undefined;
  readonly entries: readonly BaselineEntry[];
  /** Undefined where it is unknown whether the run saw everything. */
  readonly complete: boolean | undefined;
  /** Undefined where it is unknown what was left out. */
  readonly filters: RunFilters | undefined;
  /** Undefined if unknown. */
  readonly target: RunTarget | undefined;
  /** Unique names of the policies that were audited; undefined where only those with a violation are known. */
  readonly policies: readonly string[] | undefined;
  /** Other caveats about it, a sentence each. */
  readonly doubts?: readonly string[] | undefined;
  /** Caveats about each cluster of a run over several, by its name. */
  readonly clusters?: ReadonlyMap<string, Pick<Baseline, 'complete' | 'policies' | 'target'>> | undefined;
};

/** The part of a baseline that is about the target of a run. One of other clusters has nothing to say about it. */
export function baselineFor(baseline: Baseline, target: RunTarget): Baseline {
  const { clusters, entries, ...rest } = baseline;
  if (clusters === undefined || target.contexts !== undefined) return baseline;
  const name = target.context ?? '';
  const own = clusters.get(name);
  const ownEntries = entries
    .filter(({ cluster }) => cluster === name)
    .map((entry) => ({ ...entry, cluster: undefined }));
  return { ...rest, entries: ownEntries, policies: [], ...own };
}

/** How a run compares with a baseline. */
export type BaselineComparison = {
  readonly source: string;
  readonly takenAt: Date | undefined;
  /** Caveats for readers of the comparison, a sentence each. */
  readonly warnings: readonly string[];
  /** Violations that are new, changed or known, without the accepted ones; entries that are fixed, or were not looked at in this run. */
  readonly counts: Readonly<Record<BaselineState | 'fixed' | 'unseen', number>>;
  /** The violations behind the counts. */
  readonly failBySeverity: Readonly<Record<BaselineState, Readonly<Record<SeverityName, number>>>>;
  /** Entries without a violation where this run looked at everything that they are about. */
  readonly fixed: readonly BaselineEntry[];
  /** Entries of which this run can say nothing. */
  readonly unseen: readonly BaselineEntry[];
};

/** One text for a key; equal keys have equal texts. */
export function formatBaselineKey({ cluster, policy, group, kind, namespace, name }: BaselineKey): string {
  const inCluster = cluster === undefined ? [] : [cluster];
  return JSON.stringify([policy, group, kind, namespace ?? '', name, ...inCluster]);
}

type Subject = Pick<ResourceReport, 'subject' | 'owner' | 'cluster'>;

/** The key of what a policy says of an object, by its top owner where that is known. */
export function baselineKeyOf({ subject, owner, cluster }: Subject, policy: string): BaselineKey {
  const { apiVersion, kind, name } = owner ?? subject;
  const inCluster = cluster === undefined ? {} : { cluster };
  const { group } = parseApiVersion(apiVersion);
  return { ...inCluster, policy, group, kind, namespace: subject.namespace, name };
}

const comparedLength = 1000;

/**
 * What is compared of a message: its beginning, with the name of the owner in place of the object's own, so that it stays the same when a
 * controller replaces the object.
 */
export function comparableMessage({ subject, owner }: Subject, message: string | undefined): string {
  const text = (message ?? '').toWellFormed();
  return (owner === undefined ? text : text.replaceAll(subject.name, owner.name)).slice(0, comparedLength);
}

/** Gathers the violations of reports into the entries of a baseline. What an exception covers is not part of it. */
export class BaselineEntries {
  readonly #entries = new Map<string, OpenEntry>();
  readonly #texts = new TextLists();

  add(report: ResourceReport): void {
    for (const result of report.results) {
      if (result.result === 'fail' && result.exception === undefined) this.#addViolation(report, result);
    }
  }

  #addViolation(report: ResourceReport, result: PolicyResult): void {
    const key = baselineKeyOf(report, result.policy.uniqueName);
    const text = formatBaselineKey(key);
    let known = this.#entries.get(text);
    if (known === undefined) {
      known = { ...key, resources: [], severity: severityOf(result), messages: [] };
      this.#entries.set(text, known);
    }
    if (report.owner?.isCertain === false) known.isOwnerCertain = false;
    this.#texts.addOnce(known.resources, report.groupResource);
    this.#texts.addOnce(known.messages, comparableMessage(report, result.message));
  }

  /** In a stable order: the same violations, the same list. */
  list(): readonly BaselineEntry[] {
    return [...this.#entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, entry]) => ({
        ...entry,
        resources: entry.resources.toSorted(),
        messages: entry.messages.toSorted(),
      }));
  }
}

type OpenEntry = Omit<BaselineEntry, 'resources' | 'messages' | 'isOwnerCertain'> & {
  readonly resources: string[];
  readonly messages: string[];
  isOwnerCertain?: false;
};
