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

/** What a policy said of objects; `accepted` are violations that somebody answers for. */
export const resultNames = ['pass', 'fail', 'error', 'accepted'] as const;
export type ResultName = (typeof resultNames)[number];
export type ResultCounts = Record<ResultName, number>;

/** Whether an object was violating a policy before this run; undefined where nobody knows what was before. */
export type WasViolated = (object: ObjectReference, policy: Policy) => boolean | undefined;

/** Counts while a run goes on. Nothing here costs an evaluation more than a look-up and an addition. */
export class RunTally implements AuditObserver {
  readonly results = new Map<Policy, ResultCounts>();
  /** By policy: how long it took to answer, or not to. */
  readonly durations = new Map<Policy, Distribution>();
  /** By method and status, like `GET 200`; `GET none` has no answer. */
  readonly apiRequests = new Map<string, number>();
  retries = 0;
  /** Violations that were not there before, by severity; undefined where nobody knows what was before. */
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

  /** What is stored says what was there at the last run; a baseline, what was there when somebody looked. */
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
