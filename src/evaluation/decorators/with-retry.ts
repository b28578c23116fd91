import type { AuditError, EvaluationOutcome, Policy } from '../../domain/index.ts';
import type { PolicyEvaluator, Review } from '../evaluator.ts';
import { TransientError } from '../transient-error.ts';
import { decorate } from './decorate.ts';
import { ServerHealth } from './server-health.ts';

export type RetryOptions = {
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /**
   * The queue of an attempt. It sits inside the retries, so that an evaluation between two attempts does not keep others from
   * their first, and outside the outage logic: an evaluation that waited through an outage did not begin before it.
   */
  readonly limit?: (attempts: PolicyEvaluator) => PolicyEvaluator;
  /** Called when a policy server has answered no request for some seconds and the scan waits for it. */
  readonly onOutage?: (policyServer: string, reason: AuditError) => void;
  /** Called before an evaluation is retried. */
  readonly onRetry?: (() => void) | undefined;
};

/** Attempts of one evaluation that reach its policy server, while that answers others. */
const maxTries = 3;

/** The scan does not wait for a server that asks for more than this. */
const maxRetryAfterMs = 30_000;

/**
 * Retries evaluations after a temporary failure. If a policy server answers no new connection, evaluations wait for it until the
 * patience ends, so that a restart loses nothing, even if the server keeps answering on old connections meanwhile; from then on
 * evaluations fail at once with the last reason, and one attempt per second checks whether it is back.
 */
export function withRetry(evaluator: PolicyEvaluator, options: RetryOptions): PolicyEvaluator {
  const { now, delay, random, onOutage, onRetry, limit = (attempts: PolicyEvaluator) => attempts } = options;
  const servers = new Map<string, ServerHealth>();

  function healthOf(policyServer: string): ServerHealth {
    const health =
      servers.get(policyServer) ?? new ServerHealth((reason) => onOutage?.(policyServer, reason));
    servers.set(policyServer, health);
    return health;
  }

  const attempts = limit(
    decorate(evaluator, {
      evaluate: async (policy, review, signal) => {
        const health = healthOf(policy.policyServer);
        const startedAt = now();
        const refusal = health.refuse(startedAt);
        if (refusal !== undefined) return { verdict: 'errored', error: refusal };
        const outcome = await evaluator.evaluate(policy, review, signal);
        health.record(outcome, { startedAt, now: now() });
        return outcome;
      },
    }),
  );

  async function evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    const health = healthOf(policy.policyServer);
    const trial: Trial = { tries: 0, reached: 0, failedAt: undefined };
    for (;;) {
      const outcome = await attempts.evaluate(policy, review, signal);
      const endedAt = now();
      const failure = transientFailureOf(outcome);
      if (failure === undefined || health.isGivenUp) return outcome;
      count(trial, failure, endedAt);
      if (!mayGoOn(trial, failure, { health, now: endedAt })) return outcome;
      await delay(failure.retryAfterMs + backoffMs(trial.tries, random()), signal);
      onRetry?.();
    }
  }

  return decorate(attempts, { evaluate });
}

/** The attempts of one evaluation so far: all of them, those that had a connection, and when the first failed. */
type Trial = { tries: number; reached: number; failedAt: number | undefined };

function count(trial: Trial, { connected }: TransientError, now: number): void {
  trial.tries += 1;
  if (connected) trial.reached += 1;
  trial.failedAt ??= now;
}

type Circumstances = { readonly health: ServerHealth; readonly now: number };

function mayGoOn(
  { tries, reached, failedAt = 0 }: Trial,
  { connected, unreachable, retryAfterMs }: TransientError,
  { health, now }: Circumstances,
): boolean {
  if (retryAfterMs > maxRetryAfterMs) return false;
  if ((connected ? reached : tries) < maxTries) return true;
  if (!unreachable) return false;
  // The server may be the reason and not the evaluation: nobody whose attempt began later has been answered, or none of this one got there.
  return !health.hasAnsweredSince(failedAt) || (!connected && health.mayWaitForConnection(failedAt, now));
}

function transientFailureOf(outcome: EvaluationOutcome): TransientError | undefined {
  return outcome.verdict === 'errored' && outcome.error instanceof TransientError ? outcome.error : undefined;
}

/** 0.25 s, doubled each time up to 2 s, half of it random, so that evaluations that failed together do not return together. */
function backoffMs(tries: number, random: number): number {
  const full = Math.min(2000, 250 * 2 ** (tries - 1));
  return (full / 2) * (1 + random);
}
