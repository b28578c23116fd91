import {
  createExceptionMatcher,
  type ExceptionUse,
  isExpired,
  type PolicyException,
  type PolicyResult,
  type ResourceReport,
  type Violation,
} from '../domain/index.ts';

/** Marks violations that an exception covers, and keeps count of which exceptions there is a use for. */
export class ExceptionBook {
  readonly #entries: readonly {
    readonly exception: PolicyException;
    readonly covers: (violation: Violation) => boolean;
    readonly expired: boolean;
    findings: number;
  }[];

  /** An exception counts for the whole of a run or not at all. */
  constructor(exceptions: readonly PolicyException[], startedAt: Date) {
    this.#entries = exceptions.map((exception) => ({
      exception,
      covers: createExceptionMatcher(exception),
      expired: isExpired(exception, startedAt),
      findings: 0,
    }));
  }

  /** The same report, with the exception at each violation that one covers: the first in the order of the file. */
  apply(report: ResourceReport): ResourceReport {
    if (this.#entries.length === 0 || report.results.every(({ result }) => result !== 'fail')) return report;
    return { ...report, results: report.results.map((result) => this.#judge(result, report)) };
  }

  #judge(result: PolicyResult, report: ResourceReport): PolicyResult {
    if (result.result !== 'fail') return result;
    const covering = this.#entries.filter(({ covers }) => covers({ policy: result.policy, report }));
    for (const entry of covering) entry.findings += 1;
    const exception = covering.find(({ expired }) => !expired)?.exception;
    return exception === undefined ? result : { ...result, exception };
  }

  /** `sawEverything`: every object was looked at with every policy, so what covered nothing until now covers nothing. */
  uses(sawEverything: boolean): readonly ExceptionUse[] {
    const stateOf = (expired: boolean, findings: number): ExceptionUse['state'] => {
      if (expired) return 'expired';
      if (findings > 0) return 'used';
      return sawEverything ? 'unused' : 'unclear';
    };
    return this.#entries.map(({ exception, expired, findings }) => ({
      exception,
      state: stateOf(expired, findings),
      findings,
    }));
  }
}
