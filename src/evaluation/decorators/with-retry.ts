import type { AuditError } from '../../domain/errors.ts';
import type { EvaluationOutcome } from '../../domain/outcome.ts';
import type { Policy } from '../../domain/policy.ts';
import type { PolicyEvaluator, Review } from '../evaluator.ts';
import { TransientError } from '../transient-error.ts';
import { ServerHealth } from './server-health.ts';

export type RetryOptions = {
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Attempts of one evaluation while its policy server answers others. */
  readonly maxTries?: number;
  /** How long a policy server may answer nothing at all before it is given up. */
  readonly outagePatienceMs?: number;
  /** Told when a policy server has answered nobody for some seconds and is being waited for. */
  readonly onOutage?: (policyServer: string, reason: AuditError) => void;
};

/** A server that asks for more than this is not waited for. */
const maxRetryAfterMs = 30_000;

/**
 * Repeats evaluations that failed for a passing reason. A policy server that answers nothing to anybody is waited for until the
 * patience ends, so that its restart loses nothing; from then on evaluations fail at once with the last reason, and one attempt
 * per second finds out whether it is back.
 */
export function withRetry(evaluator: PolicyEvaluator, options: RetryOptions): PolicyEvaluator {
  const { now, delay, random, onOutage, maxTries = 3, outagePatienceMs = 30_000 } = options;
  const servers = new Map<string, ServerHealth>();

  function healthOf(policyServer: string): ServerHealth {
    const health =
      servers.get(policyServer) ??
      new ServerHealth({
        patienceMs: outagePatienceMs,
        onOutage: (reason) => onOutage?.(policyServer, reason),
      });
    servers.set(policyServer, health);
    return health;
  }

  async function evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    const health = healthOf(policy.policyServer);
    let answersAtFirstFailure = 0;
    for (let tries = 1; ; tries += 1) {
      const startedAt = now();
      const refusal = health.refuse(startedAt);
      if (refusal !== undefined) return { verdict: 'errored', error: refusal };
      const outcome = await evaluator.evaluate(policy, review, signal);
      health.record(outcome, { startedAt, now: now() });
      const failure = transientFailureOf(outcome);
      if (failure === undefined || health.isGivenUp) return outcome;
      if (tries === 1) answersAtFirstFailure = health.answers;
      const serverIsDown = failure.unreachable && health.answers === answersAtFirstFailure;
      if (tries >= maxTries && !serverIsDown) return outcome;
      if (failure.retryAfterMs > maxRetryAfterMs) return outcome;
      await delay(failure.retryAfterMs + backoffMs(tries, random()), signal);
    }
  }

  return {
    prepare: (policies, signal) => evaluator.prepare(policies, signal),
    evaluate,
    close: () => evaluator.close(),
  };
}

function transientFailureOf(outcome: EvaluationOutcome): TransientError | undefined {
  return outcome.verdict === 'errored' && outcome.error instanceof TransientError ? outcome.error : undefined;
}

/** 0.25 s, doubled each time up to 2 s, of which the second half is random: those who failed together do not return together. */
function backoffMs(tries: number, random: number): number {
  const full = Math.min(2000, 250 * 2 ** (tries - 1));
  return (full / 2) * (1 + random);
}
