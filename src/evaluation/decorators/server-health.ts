import { type AuditError, type EvaluationOutcome, errorCodes } from '../../domain/index.ts';
import { TransientError } from '../transient-error.ts';

const probeIntervalMs = 1000;
const noticeAfterMs = 3000;

/** How long the server may take no new connection, or answer nothing at all, before it is given up. */
const patienceMs = 30_000;

/** When an attempt began and ended, in milliseconds. */
export type AttemptTimes = { readonly startedAt: number; readonly now: number };

/**
 * What is known of one policy server from the attempts so far. All times are in milliseconds from the same fixed point. An attempt
 * opens a connection of its own, at the earliest when it begins: what comes of one that began before an outage says nothing of
 * whether the server takes connections now.
 */
export class ServerHealth {
  readonly #onOutage: (reason: AuditError) => void;
  #downSince: number | undefined;
  /** When the server was first not reached in this outage; undefined where it was just silent. */
  #unreachedSince: number | undefined;
  #isNoticed = false;
  #givenUpFor: AuditError | undefined;
  #nextProbeAt = 0;
  /** The latest beginning of an attempt that brought an answer, good or bad. */
  #answeredStart = -Infinity;
  #lastSilenceAt = -Infinity;
  #isPatienceSpent = false;

  /** `onOutage` is called once per outage, when it has lasted long enough for a person to wonder. */
  constructor(onOutage: (reason: AuditError) => void) {
    this.#onOutage = onOutage;
  }

  /** True once the server has taken no connection, or given no answer at all, for longer than the patience. */
  get isGivenUp(): boolean {
    return this.#givenUpFor !== undefined;
  }

  /** The reason not to ask the server now, or undefined: then ask it. */
  refuse(now: number): AuditError | undefined {
    if (this.#givenUpFor === undefined || now < this.#nextProbeAt) return this.#givenUpFor;
    this.#nextProbeAt = now + probeIntervalMs;
    return undefined;
  }

  /** Whether an attempt that began after then got an answer. */
  hasAnsweredSince(time: number): boolean {
    return this.#answeredStart > time;
  }

  /**
   * Whether an evaluation that has found no connection since then may go on trying. Replicas come and go while others answer, so its
   * failures are none of its own; a server that takes a connection only now and then is waited for in this way once.
   */
  mayWaitForConnection(since: number, now: number): boolean {
    if (now - since >= patienceMs) this.#isPatienceSpent = true;
    return !this.#isPatienceSpent;
  }

  record(outcome: EvaluationOutcome, times: AttemptTimes): void {
    const error = outcome.verdict === 'errored' ? outcome.error : undefined;
    if (error === undefined || !isSilence(error)) this.#recordAnswer(times);
    else this.#recordSilence(error, times);
  }

  /** A draining server answers on existing connections and refuses new ones. */
  #recordAnswer({ startedAt }: AttemptTimes): void {
    this.#answeredStart = Math.max(this.#answeredStart, startedAt);
    if (this.#unreachedSince !== undefined && startedAt <= this.#unreachedSince) return;
    this.#downSince = undefined;
    this.#unreachedSince = undefined;
    this.#isNoticed = false;
    this.#givenUpFor = undefined;
  }

  #recordSilence(error: AuditError, { startedAt, now }: AttemptTimes): void {
    if (now - this.#lastSilenceAt >= patienceMs) this.#isPatienceSpent = false;
    this.#lastSilenceAt = now;
    this.#downSince ??= now;
    if (error instanceof TransientError) this.#unreachedSince ??= now;
    this.#notice(error, now);
    // An attempt that began within the patience does not prove that the server outlasted it.
    if (startedAt - this.#downSince < this.#patienceFor(error)) return;
    if (!this.isGivenUp) this.#nextProbeAt = now + probeIntervalMs;
    this.#givenUpFor = error;
  }

  /** A name that does not exist and never led to an answer is a wrong address, not a restart. */
  #patienceFor(error: AuditError): number {
    return isUnknownName(error) && !this.hasAnsweredSince(-Infinity) ? 0 : patienceMs;
  }

  #notice(error: AuditError, now: number): void {
    if (this.#isNoticed || now - (this.#downSince ?? now) < noticeAfterMs) return;
    this.#isNoticed = true;
    this.#onOutage(error);
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
