import {
  type AnnotatedObject,
  type AnnotationsOutcome,
  type AuditedObject,
  createExceptionMatcher,
  type ExceptionUse,
  type InvalidAnnotation,
  isExpired,
  type PolicyException,
  type PolicyResult,
  type ResourceReport,
} from '../domain/index.ts';
import type { AnnotationReader } from './ports.ts';

/** Of objects that say the same and where the same came of it, one is kept, so that memory does not grow with the Pods of a Deployment. */
type Use = {
  readonly exception: PolicyException;
  readonly state: 'expired' | 'used' | 'idle';
  findings: number;
  objects: number;
};

/** Marks violations that their own objects say are accepted, and keeps count of what came of what they say. */
export class AnnotationBook {
  readonly #read: AnnotationReader;
  readonly #startedAt: Date;
  readonly #uses = new Map<string, Use>();
  readonly #invalid = new Map<string, InvalidAnnotation>();
  #accepted = 0;

  constructor(read: AnnotationReader, startedAt: Date) {
    this.#read = read;
    this.#startedAt = startedAt;
  }

  /**
   * The same report, with what the object says at each violation that nobody else answers for. It is asked about every object, also about
   * one without results: what it says of itself may be wrong, too.
   */
  apply(report: ResourceReport, object: AuditedObject): ResourceReport {
    const said = this.#read(object);
    if (said === undefined) return report;
    const { groupResource, origin } = report;
    const { namespace, name } = report.subject;
    const saidBy = { groupResource, namespace, name };
    if (!said.ok) {
      this.#noteInvalid({ object: saidBy, origin, problems: said.problems, objects: 1 });
      return report;
    }
    const entries = said.entries.map((entry): PolicyException => ({ ...entry, origin, saidBy }));
    const open = entries.filter((entry) => !this.#hasExpired(entry));
    for (const entry of entries) this.#noteUse(entry, countCovered(report, entry));
    return { ...report, results: report.results.map((result) => this.#judge(result, report, open)) };
  }

  #judge(result: PolicyResult, report: ResourceReport, entries: readonly PolicyException[]): PolicyResult {
    if (result.result !== 'fail' || result.exception !== undefined) return result;
    const exception = entries.find((entry) =>
      createExceptionMatcher(entry)({ policy: result.policy, report }),
    );
    if (exception === undefined) return result;
    this.#accepted += 1;
    return { ...result, exception };
  }

  #hasExpired(entry: PolicyException): boolean {
    return isExpired(entry, this.#startedAt);
  }

  #noteUse(exception: PolicyException, findings: number): void {
    const state = this.#hasExpired(exception) ? 'expired' : findings > 0 ? 'used' : 'idle';
    const { policy, reason, owner, expiresAt } = exception;
    const key = keyOf(exception.saidBy, [state, policy, reason, owner, expiresAt]);
    const use = this.#uses.get(key) ?? { exception, state, findings: 0, objects: 0 };
    this.#uses.set(key, { ...use, findings: use.findings + findings, objects: use.objects + 1 });
  }

  #noteInvalid(invalid: InvalidAnnotation): void {
    const key = keyOf(invalid.object, invalid.problems);
    const known = this.#invalid.get(key);
    this.#invalid.set(key, known === undefined ? invalid : { ...known, objects: known.objects + 1 });
  }

  /** `sawEverything`: every object was looked at with every policy, so what covered nothing until now covers nothing. */
  uses(sawEverything: boolean): readonly ExceptionUse[] {
    const idle = sawEverything ? 'unused' : 'unclear';
    return [...this.#uses.values()].map((use) => ({
      ...use,
      state: use.state === 'idle' ? idle : use.state,
    }));
  }

  describe(): AnnotationsOutcome {
    return { accepted: this.#accepted, invalid: [...this.#invalid.values()] };
  }
}

function countCovered(report: ResourceReport, entry: PolicyException): number {
  const covers = createExceptionMatcher(entry);
  return report.results.filter(({ result, policy }) => result === 'fail' && covers({ policy, report }))
    .length;
}

function keyOf(object: AnnotatedObject | undefined, said: readonly unknown[]): string {
  return JSON.stringify([object?.groupResource, object?.namespace, ...said]);
}
