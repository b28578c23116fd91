import {
  type ApiResource,
  type AuditError,
  type AuditTotals,
  formatApiVersion,
  type Policy,
  type PolicyResult,
  type ResourceReport,
  severityOf,
} from '../../domain/index.ts';
import type { StoredRow } from './stored-document.ts';
import type { StoredPolicies } from './stored-policies.ts';

/** What the stored reports have of one policy. */
export type PolicyTally = {
  readonly policy: Policy;
  results: number;
  errors: number;
  /** Of the first error. */
  firstError: string;
  /** Results of the policy as it was before. */
  changed: number;
  /** Results though the policy is not there any more. */
  gone: number;
};

/** Counts what is read of stored reports. */
export class StoredTally {
  readonly policies = new Map<string, PolicyTally>();
  readonly unlisted: { readonly resource: string; readonly error: AuditError }[] = [];
  /** Types of which it is unknown whether they were asked for, by version and kind. */
  readonly undecided = new Map<string, { readonly type: ApiResource; reports: number }>();
  readonly types = new Set<string>();
  readonly namespaces = new Set<string>();
  readonly #counts = { pass: 0, fail: 0, error: 0 };
  readonly #severities = { critical: 0, high: 0, medium: 0, low: 0, info: 0, unset: 0 };
  /** All that were listed, whatever was asked for. */
  listed = 0;
  reports = 0;
  unreadable = 0;
  #oldest = Infinity;
  #newest = 0;

  addReport({ groupResource, subject, results }: ResourceReport): void {
    this.reports += 1;
    this.types.add(groupResource);
    if (subject.namespace !== undefined) this.namespaces.add(subject.namespace);
    for (const result of results) this.#addResult(result);
  }

  addUndecided(type: ApiResource): void {
    const key = `${formatApiVersion(type)} ${type.kind}`;
    const { reports } = this.undecided.get(key) ?? { reports: 0 };
    this.undecided.set(key, { type, reports: reports + 1 });
  }

  #addResult(one: PolicyResult): void {
    this.#counts[one.result] += 1;
    if (one.result === 'fail') this.#severities[severityOf(one)] += 1;
  }

  addRow(row: StoredRow, { policy, standing }: ReturnType<StoredPolicies['find']>): void {
    const tally = this.#tallyOf(policy);
    tally.results += 1;
    if (standing === 'changed') tally.changed += 1;
    if (standing === 'gone') tally.gone += 1;
    if (row.result === 'error') {
      if (tally.errors === 0) tally.firstError = row.message ?? '';
      tally.errors += 1;
    }
    if (row.seconds !== undefined) {
      this.#oldest = Math.min(this.#oldest, row.seconds);
      this.#newest = Math.max(this.#newest, row.seconds);
    }
  }

  #tallyOf(policy: Policy): PolicyTally {
    const known = this.policies.get(policy.uniqueName);
    if (known !== undefined) return known;
    const tally = { policy, results: 0, errors: 0, firstError: '', changed: 0, gone: 0 };
    this.policies.set(policy.uniqueName, tally);
    return tally;
  }

  totals(): AuditTotals {
    const { pass, fail, error } = this.#counts;
    return {
      resources: this.reports,
      evaluations: pass + fail + error,
      results: { pass, fail, warn: 0, error, skip: 0 },
      accepted: 0,
      failBySeverity: this.#severities,
      stored: { created: 0, updated: 0, unchanged: 0, deleted: 0, keptResults: 0 },
    };
  }

  changes(): { readonly oldestChange: Date | undefined; readonly newestChange: Date | undefined } {
    if (this.#newest === 0) return { oldestChange: undefined, newestChange: undefined };
    return { oldestChange: new Date(this.#oldest * 1000), newestChange: new Date(this.#newest * 1000) };
  }
}
