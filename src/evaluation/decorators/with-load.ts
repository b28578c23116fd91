import pLimit from 'p-limit';
import {
  type EvaluationOutcome,
  errorCodes,
  type LoadMode,
  NoAnswerError,
  type Policy,
} from '../../domain/index.ts';
import type { PolicyEvaluator, Review } from '../evaluator.ts';
import { TransientError } from '../transient-error.ts';
import { decorate } from './decorate.ts';
import { type Attempt, LoadBound, type LoadProfile } from './load-bound.ts';
import { ServerQueue, type Timing } from './server-queue.ts';

export type LoadOptions = Timing & {
  readonly mode: LoadMode;
  readonly profile: LoadProfile;
  /** The key of a policy server: policies with the same key are asked at the same address. */
  readonly serverOf: (policy: Policy) => string;
  /** Total time for which this process was blocked, in milliseconds: measurements from that time say nothing about a server. */
  readonly lateness: () => number;
  /** For how long this process has worked so far, in milliseconds. */
  readonly busyMs: () => number;
  readonly onClose: () => void;
};

/**
 * Limits the evaluations in flight at each policy server to what it answers without making others wait. A slow server does not
 * delay evaluations at another one; the ceiling applies to all of them together.
 */
export function withLoad(evaluator: PolicyEvaluator, options: LoadOptions): PolicyEvaluator {
  const { mode, profile, serverOf, now, lateness, busyMs, onClose } = options;
  const queues = new Map<string, ServerQueue>();
  const ceiling = pLimit(profile.ceiling);

  function queueOf(policy: Policy): ServerQueue {
    const server = serverOf(policy);
    const queue = queues.get(server) ?? new ServerQueue(new LoadBound(profile, busyMs), options);
    queues.set(server, queue);
    return queue;
  }

  async function evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    const queue = queueOf(policy);
    const attempt = await queue.enter(policy.uniqueName);
    let outcome: EvaluationOutcome | undefined;
    let late = 0;
    try {
      outcome = await ceiling(() => {
        signal.throwIfAborted();
        attempt.startedAt = now();
        late = lateness();
        return evaluator.evaluate(policy, review, signal);
      });
      return outcome;
    } finally {
      tellEnd({ attempt, outcome, lateMs: lateness() - late }, queue.bound, now());
      queue.serve();
    }
  }

  return decorate(evaluator, {
    evaluate,
    load: () => {
      const servers = [...queues].map(([server, { bound }]) => ({ server, ...bound.facts }));
      return { mode, atMost: profile.ceiling, servers };
    },
    close: () => evaluator.close().finally(onClose),
  });
}

type End = {
  readonly attempt: Attempt;
  /** Undefined if it was aborted. */
  readonly outcome: EvaluationOutcome | undefined;
  readonly lateMs: number;
};

/** The part of its time that may be ours, so that an answer still counts. */
const mostLateness = 0.25;

/** What the end of an evaluation says of its policy server. A policy that fails has answered. */
function tellEnd({ attempt, outcome, lateMs }: End, bound: LoadBound, now: number): void {
  const error = outcome?.verdict === 'errored' ? outcome.error : undefined;
  if (outcome === undefined) bound.abandoned(attempt);
  else if (error instanceof TransientError) bound.refused(attempt, now);
  else if (error?.code === errorCodes.evaluationTimeout) bound.timedOut(attempt, now);
  else if (error instanceof NoAnswerError) bound.abandoned(attempt);
  else bound.answered(attempt, now, lateMs <= mostLateness * (now - attempt.startedAt));
}
