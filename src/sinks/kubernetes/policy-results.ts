import { type AuditScope, type ObjectReference, type Policy } from '../../domain/index.ts';
import { policyGenerationProperty, policyUidProperty, type ReportMapper } from '../../reports/index.ts';
import type { KubernetesApi } from './api.ts';
import { listProperty, property, textProperty } from './properties.ts';
import { findRunRecord } from './run-records.ts';
import { readStoredReport } from './stored-report.ts';
import { readStoredReports } from './stored-reports.ts';

/** What the stored reports say of one policy. */
export type StoredPolicyResults = {
  readonly counts: Readonly<Record<'pass' | 'fail' | 'error', number>>;
  /** The first of those that fail it, in the order of the API. */
  readonly failing: readonly ObjectReference[];
  /** Of the counted results, those that do not say that they are of the policy as it is now. */
  readonly outdated: number;
  /** When the newest of the results became what it is. */
  readonly changedAt: Date | undefined;
  /** When the policy last answered about everything that it is about; undefined where no run record says so. */
  readonly answeredAt: Date | undefined;
};

export type PolicyResultsOptions = {
  readonly mapper: ReportMapper;
  /** The other report API, for the advice that is given when the chosen one is not installed. */
  readonly alternative: ReportMapper;
  readonly mostFailing: number;
  readonly now: Date;
  readonly signal: AbortSignal;
};

/** Counts the stored results of one policy, page by page. Rejects with an AuditError where the reports cannot be listed. */
export async function readPolicyResults(
  client: KubernetesApi,
  policy: Policy,
  options: PolicyResultsOptions,
): Promise<StoredPolicyResults> {
  const { mapper, alternative, signal } = options;
  const tally = new ResultTally(policy, options.mostFailing);
  const stored = { mapper, alternative, scope: scopeOf(policy), signal };
  for await (const report of readStoredReports(client, stored)) tally.add(report);
  return { ...tally.results(), answeredAt: await findAnswer(client, policy, options) };
}

function scopeOf({ namespace }: Policy): AuditScope {
  return namespace === undefined
    ? { cluster: true, namespaces: 'all' }
    : { cluster: false, namespaces: [namespace] };
}

/** Without permission to read the record, the answer is the same as without a record. */
async function findAnswer(
  client: KubernetesApi,
  policy: Policy,
  { mapper, now, signal }: PolicyResultsOptions,
): Promise<Date | undefined> {
  try {
    const found = await findRunRecord(client, { api: mapper.cluster, now, signal });
    return found === undefined || 'unusable' in found.record ? undefined : found.record.answeredAt(policy);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

class ResultTally {
  readonly #policy: Policy;
  readonly #mostFailing: number;
  readonly #counts = { pass: 0, fail: 0, error: 0 };
  readonly #failing: ObjectReference[] = [];
  #outdated = 0;
  #changedAt = 0;

  constructor(policy: Policy, mostFailing: number) {
    this.#policy = policy;
    this.#mostFailing = mostFailing;
  }

  add(report: unknown): void {
    for (const result of listProperty(report, 'results')) {
      if (textProperty(result, 'policy') === this.#policy.uniqueName) this.#addResult(result, report);
    }
  }

  results(): Omit<StoredPolicyResults, 'answeredAt'> {
    const changedAt = this.#changedAt === 0 ? undefined : new Date(this.#changedAt * 1000);
    return { counts: this.#counts, failing: this.#failing, outdated: this.#outdated, changedAt };
  }

  #addResult(result: unknown, report: unknown): void {
    const status = textProperty(result, 'result');
    if (status !== 'pass' && status !== 'fail' && status !== 'error') return;
    this.#counts[status] += 1;
    if (status === 'fail' && this.#failing.length < this.#mostFailing)
      this.#failing.push(readStoredReport(report).subject);
    if (!this.#isCurrent(property(result, 'properties'))) this.#outdated += 1;
    const seconds = property(property(result, 'timestamp'), 'seconds');
    if (typeof seconds === 'number') this.#changedAt = Math.max(this.#changedAt, seconds);
  }

  /** Where no generation is named, nothing but the first can be meant. */
  #isCurrent(properties: unknown): boolean {
    const { uid, generation } = this.#policy;
    const named = textProperty(properties, policyGenerationProperty) || '1';
    return textProperty(properties, policyUidProperty) === uid && named === String(generation);
  }
}
