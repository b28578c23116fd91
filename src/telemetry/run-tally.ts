import type { AuditEvent, AuditObserver } from '../audit/index.ts';
import {
  type ObjectReference,
  type Policy,
  type PolicyResult,
  type ResourceReport,
  type SeverityName,
  severityOf,
} from '../domain/index.ts';
import { addDuration, type Distribution, emptyDistribution } from './distribution.ts';

/** The results of a policy; `accepted` are violations that an exception covers. */
export const resultNames = ['pass', 'fail', 'error', 'accepted'] as const;
export type ResultName = (typeof resultNames)[number];
export type ResultCounts = Record<ResultName, number>;

/** Whether an object violated a policy before this run; undefined if the earlier state is unknown. */
export type WasViolated = (object: ObjectReference, policy: Policy) => boolean | undefined;

/** Counts during a run. An evaluation costs no more than a look-up and an addition here. */
export class RunTally implements AuditObserver {
  readonly results = new Map<Policy, ResultCounts>();
  /** By policy: how long it took to answer, or not to. */
  readonly durations = new Map<Policy, Distribution>();
  /** By method and status, like `GET 200`; `GET none` has no answer. */
  readonly apiRequests = new Map<string, number>();
  retries = 0;
  /** New violations by severity; undefined if the earlier state is unknown. */
  newViolations: Map<SeverityName, number> | undefined;
  #wasViolated: WasViolated = () => undefined;

  /** To be called before the run begins, where what earlier runs have stored is known. */
  compareWith(wasViolated: WasViolated): void {
    this.#wasViolated = wasViolated;
  }

  observe(event: AuditEvent): void {
    if (event.type === 'object-finished' && event.report !== undefined) this.#addReport(event.report);
  }

  addApiRequest(method: string, status: number | undefined): void {
    const key = `${method} ${status ?? 'none'}`;
    this.apiRequests.set(key, (this.apiRequests.get(key) ?? 0) + 1);
  }

  addRetry(): void {
    this.retries += 1;
  }

  addDuration(policy: Policy, seconds: number): void {
    const durations = this.durations.get(policy) ?? emptyDistribution();
    this.durations.set(policy, durations);
    addDuration(durations, seconds);
  }

  #addReport({ subject, results }: ResourceReport): void {
    for (const result of results) {
      const counts = this.results.get(result.policy) ?? { pass: 0, fail: 0, error: 0, accepted: 0 };
      this.results.set(result.policy, counts);
      counts[result.exception === undefined ? result.result : 'accepted'] += 1;
      if (result.result === 'fail' && result.exception === undefined) this.#compare(subject, result);
    }
  }

  /** Stored reports hold the state of the last run; a baseline, that of the run that wrote it. */
  #compare(object: ObjectReference, result: PolicyResult): void {
    const wasThere =
      this.#wasViolated(object, result.policy) ?? (result.baseline && result.baseline !== 'new');
    if (wasThere === undefined) return;
    this.newViolations ??= new Map();
    const severity = severityOf(result);
    const known = this.newViolations.get(severity) ?? 0;
    this.newViolations.set(severity, known + (wasThere ? 0 : 1));
  }
}
