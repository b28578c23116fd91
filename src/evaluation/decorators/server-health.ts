import { type AuditError, errorCodes } from '../../domain/errors.ts';
import type { EvaluationOutcome } from '../../domain/outcome.ts';
import { TransientError } from '../transient-error.ts';

const probeIntervalMs = 1000;
const noticeAfterMs = 3000;

export type HealthOptions = {
  /** How long the server may answer nobody before it is given up. */
  readonly patienceMs: number;
  /** Called once per outage, when it has lasted long enough for a person to wonder. */
  readonly onOutage: (reason: AuditError) => void;
};

/** What is known of one policy server from the attempts so far. All times are in milliseconds from the same fixed point. */
export class ServerHealth {
  readonly #options: HealthOptions;
  #downSince: number | undefined;
  #isNoticed = false;
  #givenUpFor: AuditError | undefined;
  #nextProbeAt = 0;
  /** Counts the attempts that brought an answer, good or bad. */
  answers = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** True once nothing at all has come from the server for longer than the patience. */
  get isGivenUp(): boolean {
    return this.#givenUpFor !== undefined;
  }

  /** The reason not to ask the server now, or undefined: then ask it. */
  refuse(now: number): AuditError | undefined {
    if (this.#givenUpFor === undefined || now < this.#nextProbeAt) return this.#givenUpFor;
    this.#nextProbeAt = now + probeIntervalMs;
    return undefined;
  }

  record(outcome: EvaluationOutcome, { startedAt, now }: { startedAt: number; now: number }): void {
    const error = outcome.verdict === 'errored' ? outcome.error : undefined;
    if (error === undefined || !isSilence(error)) {
      this.#downSince = undefined;
      this.#isNoticed = false;
      this.#givenUpFor = undefined;
      this.answers += 1;
      return;
    }
    this.#downSince ??= now;
    this.#notice(error, now);
    // A name that does not exist is no restart. An attempt that began within the patience does not prove that the server outlasted it.
    const patienceMs = isUnknownName(error) ? 0 : this.#options.patienceMs;
    if (startedAt - this.#downSince < patienceMs) return;
    if (!this.isGivenUp) this.#nextProbeAt = now + probeIntervalMs;
    this.#givenUpFor = error;
  }

  #notice(error: AuditError, now: number): void {
    if (this.#isNoticed || now - (this.#downSince ?? now) < noticeAfterMs) return;
    this.#isNoticed = true;
    this.#options.onOutage(error);
  }
}

/** No answer came. A timeout counts too: where nobody gets an answer any more, a hanging server would cost a deadline for each. */
function isSilence(error: AuditError): boolean {
  if (error instanceof TransientError) return error.unreachable;
  return error.code === errorCodes.evaluationTimeout;
}

function isUnknownName(error: AuditError): boolean {
  return error instanceof TransientError && error.unknownName;
}
