import type {
  AuditError,
  AuditTotals,
  ErrorCode,
  EvaluationFailures,
  Incident,
  Policy,
  PolicyResult,
  ResourceReport,
  ResultStatus,
  ReuseFate,
  Severity,
  StoredTotals,
} from '../domain/index.ts';
import type { CloseOutcome, WriteOutcome } from '../sinks/index.ts';

type FailureGroup = {
  policy: Policy;
  code: ErrorCode;
  message: string;
  tries: readonly string[] | undefined;
  count: number;
};

/** Adds up a run report by report, because the reports themselves are not kept. */
export class Tally {
  readonly #results: Record<ResultStatus, number> = { pass: 0, fail: 0, error: 0 };
  readonly #failBySeverity: Record<Severity | 'unset', number> = {
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    info: 0,
    unset: 0,
  };
  readonly #failures = new Map<Policy, Map<ErrorCode, FailureGroup>>();
  readonly #stored: Record<WriteOutcome, number> = { created: 0, updated: 0, unchanged: 0, gone: 0 };
  /** What helps against a kind of failure, where its first one says so: results do not carry it. */
  readonly #tries = new Map<ErrorCode, readonly string[]>();
  #resources = 0;
  #accepted = 0;
  readonly #reuse: Record<ReuseFate, number> = { taken: 0, confirmed: 0, refuted: 0 };

  addResource(): void {
    this.#resources += 1;
  }

  addReport(report: ResourceReport): void {
    for (const result of report.results) {
      if (result.exception !== undefined) {
        this.#accepted += 1;
        continue;
      }
      this.#results[result.result] += 1;
      if (result.result === 'fail') this.#failBySeverity[result.policy.severity ?? 'unset'] += 1;
      this.#addFailure(result);
    }
  }

  addAdvice({ code, tries }: AuditError): void {
    if (!this.#tries.has(code)) this.#tries.set(code, tries);
  }

  addReuse(fate: ReuseFate | undefined): void {
    if (fate !== undefined) this.#reuse[fate] += 1;
  }

  addWrite(outcome: WriteOutcome): void {
    this.#stored[outcome] += 1;
  }

  #addFailure({ policy, errorCode, message }: PolicyResult): void {
    if (errorCode === undefined) return;
    const byCode = this.#failures.get(policy) ?? new Map<ErrorCode, FailureGroup>();
    this.#failures.set(policy, byCode);
    const group = byCode.get(errorCode) ?? {
      policy,
      code: errorCode,
      message: message ?? '',
      tries: this.#tries.get(errorCode),
      count: 0,
    };
    byCode.set(errorCode, { ...group, count: group.count + 1 });
  }

  totals(
    { deleted, keptResults = 0 }: Pick<CloseOutcome, 'deleted' | 'keptResults'>,
    reuse: { readonly sampleSeed: number } | undefined,
  ): AuditTotals {
    const { pass, fail, error } = this.#results;
    const { created, updated, unchanged } = this.#stored;
    const stored: StoredTotals = { created, updated, unchanged, deleted, keptResults };
    return {
      resources: this.#resources,
      evaluations: pass + fail + error + this.#accepted,
      results: { pass, fail, warn: 0, error, skip: 0 },
      ...(reuse && { reuse: { reused: this.#reuse.taken, confirmed: this.#reuse.confirmed, ...reuse } }),
      accepted: this.#accepted,
      failBySeverity: { ...this.#failBySeverity },
      stored,
    };
  }

  evaluationFailures(): readonly EvaluationFailures[] {
    return [...this.#failures.values()].flatMap((byCode) => [...byCode.values()]);
  }
}

/** An incident as it happens; without a count, once. */
export type NewIncident = Omit<Incident, 'count'> & Partial<Pick<Incident, 'count'>>;

/** Collects incidents; those with the same code and scope are one with a count, so that memory does not grow with the cluster. */
export class IncidentLog {
  readonly #incidents = new Map<string, Incident>();

  /** True when it is the first of its kind. */
  add({ error, scope, count = 1 }: NewIncident): boolean {
    const key = JSON.stringify([error.code, scope.resource, scope.namespace, scope.policy, scope.path]);
    const known = this.#incidents.get(key);
    this.#incidents.set(key, { error, scope, ...known, count: (known?.count ?? 0) + count });
    return known === undefined;
  }

  list(): readonly Incident[] {
    return [...this.#incidents.values()];
  }
}
