import { errorCodes } from '../../domain/errors.ts';
import type { EvaluationOutcome } from '../../domain/outcome.ts';
import { TransientError } from '../transient-error.ts';

const probeIntervalMs = 1000;

/** What is known of one policy server from the attempts so far. All times are in milliseconds from the same fixed point. */
export class ServerHealth {
  readonly #patienceMs: number;
  #downSince: number | undefined;
  #givenUpFor: TransientError | undefined;
  #nextProbeAt = 0;
  /** Counts the attempts that brought an answer, good or bad. */
  answers = 0;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** True once nothing at all has come from the server for longer than the patience. */
  get isGivenUp(): boolean {
    return this.#givenUpFor !== undefined;
  }

  /** The reason not to ask the server now, or undefined: then ask it. */
  refuse(now: number): TransientError | undefined {
    if (this.#givenUpFor === undefined || now < this.#nextProbeAt) return this.#givenUpFor;
    this.#nextProbeAt = now + probeIntervalMs;
    return undefined;
  }

  record(outcome: EvaluationOutcome, { startedAt, now }: { startedAt: number; now: number }): void {
    const error = outcome.verdict === 'errored' ? outcome.error : undefined;
    if (error instanceof TransientError && error.unreachable) {
      this.#downSince ??= now;
      // An attempt that began within the patience does not prove that the server outlasted it.
      if (startedAt - this.#downSince < this.#patienceMs) return;
      if (!this.isGivenUp) this.#nextProbeAt = now + probeIntervalMs;
      this.#givenUpFor = error;
    } else if (error?.code !== errorCodes.evaluationTimeout) {
      // A timeout tells a slow policy and a hanging server not apart, so it neither begins an outage nor ends one.
      this.#downSince = undefined;
      this.#givenUpFor = undefined;
      this.answers += 1;
    }
  }
}
