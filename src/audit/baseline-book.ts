import {
  type AuditOutcome,
  type Baseline,
  type BaselineComparison,
  type BaselineEntry,
  type BaselineState,
  baselineKeyOf,
  comparableMessage,
  formatBaselineKey,
  type PolicyResult,
  type ResourceReport,
  type RunTarget,
  type SeverityName,
  severityOf,
} from '../domain/index.ts';
import { TextLists } from '../text/index.ts';
import { describeDoubts, isOfTarget } from './baseline-doubts.ts';
import { createSight } from './baseline-sight.ts';

/** What a run is compared with, and what it looks at itself. */
export type ComparedRun = {
  readonly baseline: Baseline;
  readonly target: RunTarget;
};

/** What is known of a run when its results have been compared. */
export type ComparedOutcome = Pick<AuditOutcome, 'policies' | 'coverage' | 'filters' | 'clusters'>;

/** Marks violations as new, changed or known, and keeps count of what became of the entries of a baseline. */
export class BaselineBook {
  readonly #run: ComparedRun | undefined;
  readonly #entries: ReadonlyMap<string, BaselineEntry>;
  readonly #texts = new TextLists();
  readonly #counts: Record<BaselineState, number> = { new: 0, changed: 0, known: 0 };
  readonly #severities: Record<BaselineState, Record<SeverityName, number>> = {
    new: noSeverities(),
    changed: noSeverities(),
    known: noSeverities(),
  };
  /** Keys of entries that still have a violation, accepted or not, and of those about an object that passed. */
  readonly #violated = new Set<string>();
  readonly #passed = new Set<string>();
  /** Where somebody owns an object and it is not known who: any entry there may be about it. */
  readonly #ownerless = new Set<string>();

  /** Without a run nothing is marked. */
  constructor(run: ComparedRun | undefined) {
    this.#run = run;
    this.#entries = new Map((run?.baseline.entries ?? []).map((entry) => [formatBaselineKey(entry), entry]));
  }

  /** The same report, with what each violation is to the baseline. Accepted ones and errors are nothing to it. */
  apply(report: ResourceReport): ResourceReport {
    if (this.#run === undefined) return report;
    return { ...report, results: report.results.map((result) => this.#mark(result, report)) };
  }

  #mark(result: PolicyResult, report: ResourceReport): PolicyResult {
    if (result.result === 'error') return result;
    const found = this.#find(result, report);
    if (result.result === 'pass') {
      if (found !== undefined) this.#passed.add(found.key);
      return result;
    }
    if (found !== undefined) this.#violated.add(found.key);
    if (report.owner?.isCertain === false) this.#ownerless.add(placeOf(result, report));
    if (result.exception !== undefined) return result;
    const baseline = this.#stateOf(result, report, found?.entry);
    this.#counts[baseline] += 1;
    this.#severities[baseline][severityOf(result)] += 1;
    return { ...result, baseline };
  }

  #stateOf(
    { message }: PolicyResult,
    report: ResourceReport,
    entry: BaselineEntry | undefined,
  ): BaselineState {
    if (entry === undefined) return 'new';
    const texts = [report, { subject: report.subject }].map((one) => comparableMessage(one, message));
    return texts.some((text) => this.#texts.has(entry.messages, text)) ? 'known' : 'changed';
  }

  /** By the top owner, and by the object itself where the baseline did not know an owner. */
  #find({ policy }: PolicyResult, report: ResourceReport) {
    const { subject, cluster } = report;
    const keys = [report, ...(report.owner === undefined ? [] : [{ subject, cluster }])].map((one) =>
      formatBaselineKey(baselineKeyOf(one, policy.uniqueName)),
    );
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) return { key, entry };
    }
    return undefined;
  }

  /** What the run comes to, beside the baseline. Undefined where there is none. */
  compare(outcome: ComparedOutcome): BaselineComparison | undefined {
    if (this.#run === undefined) return undefined;
    const { baseline, target } = this.#run;
    const sees = createSight(outcome);
    // Stored reports do not say what was looked at besides what has results.
    const seesAbsence = isOfTarget(baseline, target) && outcome.coverage.reportAge === undefined;
    const isFixed = (entry: BaselineEntry, key: string): boolean =>
      ((seesAbsence && entry.isOwnerCertain !== false) || this.#passed.has(key)) &&
      !this.#ownerless.has(placeOf({ policy: { uniqueName: entry.policy } }, { subject: entry })) &&
      sees(entry);
    const open = [...this.#entries].filter(([key]) => !this.#violated.has(key));
    const fixed = open.flatMap(([key, entry]) => (isFixed(entry, key) ? [entry] : []));
    const unseen = open.flatMap(([key, entry]) => (isFixed(entry, key) ? [] : [entry]));
    return {
      source: baseline.source,
      takenAt: baseline.takenAt,
      warnings: describeDoubts(this.#run, outcome),
      counts: { ...this.#counts, fixed: fixed.length, unseen: unseen.length },
      failBySeverity: this.#severities,
      fixed,
      unseen,
    };
  }
}

function placeOf(
  { policy }: { readonly policy: { readonly uniqueName: string } },
  { subject }: { readonly subject: { readonly namespace: string | undefined } },
): string {
  return `${policy.uniqueName}\n${subject.namespace ?? ''}`;
}

function noSeverities(): Record<SeverityName, number> {
  return { critical: 0, high: 0, medium: 0, low: 0, unset: 0, info: 0 };
}
