import {
  AuditError,
  type AuditRun,
  type AuditScope,
  errorCodes,
  type ObjectReference,
  type Policy,
  type ResourceReport,
  type ReuseTerms,
  type SealedVerdict,
  type StoredResults,
} from '../../domain/index.ts';
import { type ReportApi, type ReportMapper, reportNameOf } from '../../reports/index.ts';
import type { CloseOutcome, ReportSink, StoredType, WriteOutcome } from '../index.ts';
import { type KubernetesApi, reasonOf } from './api.ts';
import { formatAttempt, readAttempt } from './attempt.ts';
import { type ChangeContext, decideChange, type SendableChange } from './change.ts';
import { fnv1a } from './content.ts';
import { type Deletion, deleteReports, type OnNotice, toDeletionIncident } from './deletion.ts';
import { KeptTally } from './kept-reports.ts';
import { collectionsOf, explainListFailure, listManagedReports } from './list.ts';
import { addReport, createReportIndex, findReport, touchReport, untouchedReports } from './report-index.ts';
import { type FetchedReport, type ReportKey, readStoredReport, type StoredReport } from './stored-report.ts';
import { TypeCount } from './type-count.ts';
import { isRecent, type KeepRule } from './unanswered.ts';
import { fetchReport, type ReportTarget, sendChange } from './write.ts';

export type ReportStoreOptions = {
  readonly mapper: ReportMapper;
  /** The other report API, for the advice that is given when the chosen one is not installed. */
  readonly alternative: ReportMapper;
  readonly onNotice: OnNotice;
  /** Undefined where an error replaces every verdict that cannot be obtained again. */
  readonly keep?: KeepRule | undefined;
  /** Whether stored results may be reused, and are stored so that a later run may. */
  readonly reuses?: boolean | undefined;
  /** On what terms they are, where the run may be killed and taken up again under its UID: what it has stored then is not asked again. */
  readonly resumes?: ReuseTerms | undefined;
  /** Whether a report of this name is ours to write and to delete; without it all are. */
  readonly owns?: ((reportName: string) => boolean) | undefined;
};

/** Where reports go, and what earlier runs have put there. */
export type ReportStore = ReportSink &
  StoredResults & {
    /** When the first of the earlier attempts of this run began of which results are stored; undefined where there are none. */
    readonly resumedFrom: Date | undefined;
    /** Whether a report that stays as it was found, because it is unknown whether it is stale, may hold a result of this policy. */
    isLeft(policy: Policy): boolean;
    /** Whether the stored report of an object had a violation of this policy; undefined where no report was stored of anything. */
    wasViolated(subject: ObjectReference, policy: Policy): boolean | undefined;
  };

/**
 * Stores reports in the cluster. What is stored already is listed once, in `open`; after that a report costs one request
 * if its content changed and none if it did not.
 */
export function createReportStore(client: KubernetesApi, options: ReportStoreOptions): ReportStore {
  return new KubernetesReportStore(client, options);
}

const maxTries = 3;

class KubernetesReportStore implements ReportStore {
  readonly #client: KubernetesApi;
  readonly #options: ReportStoreOptions;
  readonly #index = createReportIndex();
  readonly #kept = new KeptTally();
  /** By the policies' hashes. */
  readonly #left = new Set<number>();
  /** Stored reports by the objects that are being audited, so that each is unpacked once. */
  readonly #found = new WeakMap<ObjectReference, StoredReport | typeof nothing>();
  readonly #types = new TypeCount();
  #run: AuditRun | undefined;
  #resumedFrom: Date | undefined;
  #keptResults = 0;
  #isFirstRun = true;

  constructor(client: KubernetesApi, options: ReportStoreOptions) {
    this.#client = client;
    this.#options = options;
  }

  get startedAt(): Date {
    return this.#openRun().startedAt;
  }

  get resumedFrom(): Date | undefined {
    return this.#resumedFrom;
  }

  async open(run: AuditRun, scope: AuditScope, signal: AbortSignal): Promise<void> {
    const { mapper, alternative, owns } = this.#options;
    for (const collection of collectionsOf(mapper, scope)) {
      try {
        for await (const report of listManagedReports(this.#client, { ...collection, owns }, signal)) {
          this.#isFirstRun = false;
          const stored = this.#read(report, run);
          addReport(this.#index, stored);
          this.#types.add(stored);
        }
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        throw await explainListFailure(thrown, { ...collection, client: this.#client, alternative, signal });
      }
    }
    this.#run = run;
  }

  #read(report: unknown, run: AuditRun): StoredReport {
    const { reuses, resumes } = this.#options;
    const stored = readStoredReport(report);
    if (reuses !== true) return withoutSeals(stored);
    const began = resumes && readAttempt(report, run, resumes);
    if (began === undefined) return stored;
    if (this.#resumedFrom === undefined || began < this.#resumedFrom) this.#resumedFrom = began;
    return { ...stored, isOfThisRun: true };
  }

  countStored(type: StoredType): number | undefined {
    return this.#types.countOf(type);
  }

  find(subject: ObjectReference, policy: Policy): SealedVerdict | undefined {
    const id = fnv1a(policy.uniqueName);
    const report = this.#findStored(subject);
    const mark = report?.content.results.find((candidate) => candidate.policy === id);
    if (mark?.verdict === undefined || mark.sealed === undefined) return undefined;
    const { seal, message } = mark.sealed;
    const { isOfThisRun } = report ?? {};
    return { result: mark.verdict, message: message === '' ? undefined : message, seal, isOfThisRun };
  }

  isLeft({ uniqueName }: Policy): boolean {
    return this.#left.has(fnv1a(uniqueName));
  }

  wasViolated(subject: ObjectReference, policy: Policy): boolean | undefined {
    if (this.#isFirstRun) return undefined;
    const id = fnv1a(policy.uniqueName);
    const mark = this.#findStored(subject)?.content.results.find((candidate) => candidate.policy === id);
    return (mark?.verdict ?? mark?.earlier?.verdict) === 'fail';
  }

  async write(report: ResourceReport, signal: AbortSignal): Promise<WriteOutcome> {
    const { kind, namespace, name } = report.subject;
    const key = keyOf(report.subject);
    // Even if it cannot be written: then the stored report is the last known state, and has to stay.
    touchReport(this.#index, key);
    try {
      return await this.#store(report, key, signal);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const stored = findReport(this.#index, key);
      if (stored !== undefined) this.#kept.add(stored);
      const object = namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
      const message = `the report of ${object} could not be stored: ${reasonOf(thrown)}`;
      throw new AuditError(errorCodes.reportWriteFailed, message, { cause: thrown });
    }
  }

  async close(mayDelete: (subject: ObjectReference) => boolean, signal: AbortSignal): Promise<CloseOutcome> {
    const { onNotice } = this.#options;
    const stale = this.#staleReports(mayDelete);
    const { deleted, failures } = await deleteReports(this.#client, stale, { onNotice, signal });
    const incidents =
      failures === undefined
        ? []
        : [toDeletionIncident(failures, errorCodes.reportDeleteFailed, 'stale report')];
    return { deleted, incidents, kept: this.#kept.list(), keptResults: this.#keptResults };
  }

  *#staleReports(mayDelete: (subject: ObjectReference) => boolean): Generator<Deletion> {
    for (const report of untouchedReports(this.#index)) {
      if (mayDelete(report.subject)) yield { api: this.#apiOf(report), report };
      else this.#leave(report);
    }
  }

  #leave(report: StoredReport): void {
    this.#kept.add(report);
    for (const { policy } of report.content.results) this.#left.add(policy);
  }

  #findStored(subject: ObjectReference): StoredReport | undefined {
    const found = this.#found.get(subject) ?? findReport(this.#index, keyOf(subject)) ?? nothing;
    this.#found.set(subject, found);
    return found === nothing ? undefined : found;
  }

  #openRun(): AuditRun {
    if (this.#run === undefined) throw new TypeError('a store was used that is not open');
    return this.#run;
  }

  async #store(report: ResourceReport, key: ReportKey, signal: AbortSignal): Promise<WriteOutcome> {
    const run = this.#openRun();
    const { mapper, reuses = false, resumes } = this.#options;
    const target = { client: this.#client, api: this.#apiOf(key), key, signal };
    const attempt = resumes && formatAttempt(run, resumes);
    const mayKeep = await this.#findKeepable(report, run, signal);
    const context = { mapper, run, reuses, attempt, mayKeep };
    let stored: StoredReport | FetchedReport | undefined = this.#findStored(report.subject);
    for (let tries = 1; ; tries += 1) {
      const change = await decide(report, stored, { context, target });
      const outcome = await sendChange(target, change);
      if (outcome !== 'outdated') {
        this.#keptResults += change.kept;
        return outcome;
      }
      if (tries === maxTries) throw new Error('something else keeps changing it');
      stored = await fetchReport(target);
    }
  }

  /** The run record is only read when there is something that could be kept. */
  async #findKeepable(
    { results }: ResourceReport,
    run: AuditRun,
    signal: AbortSignal,
  ): Promise<ChangeContext['mayKeep']> {
    const { keep } = this.#options;
    if (keep === undefined || results.every(({ unanswered }) => unanswered !== true)) return () => false;
    const record = await keep.readRecord(signal);
    return ({ policy }) => isRecent(record?.answeredAt(policy), run.startedAt, keep.maxAgeMs);
  }

  #apiOf({ namespace }: ReportKey): ReportApi {
    const { mapper } = this.#options;
    return namespace === undefined ? mapper.cluster : mapper.namespaced;
  }
}

const nothing = 'nothing';

function keyOf(subject: ObjectReference): ReportKey {
  return { namespace: subject.namespace, name: reportNameOf(subject) };
}

/** Nothing uses them. */
function withoutSeals(report: StoredReport): StoredReport {
  const results = report.content.results.map((mark) => ({ ...mark, sealed: undefined }));
  return { ...report, content: { ...report.content, results } };
}

type Decision = { readonly context: ChangeContext; readonly target: ReportTarget };

/** Where a part of the stored report stays, that costs one request more: the index does not hold what results say. */
async function decide(
  report: ResourceReport,
  stored: StoredReport | FetchedReport | undefined,
  { context, target }: Decision,
): Promise<SendableChange> {
  const change = decideChange(report, stored, context);
  if (change.kind !== 'fetch') return change;
  return decide(report, await fetchReport(target), { context, target });
}
