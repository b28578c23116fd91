import pLimit from 'p-limit';
import type { PolicyEvaluator } from '../evaluator.ts';
import { decorate } from './decorate.ts';

/** Lets at most `concurrency` evaluations be in flight; the others wait their turn, in order. */
export function withLimit(evaluator: PolicyEvaluator, concurrency: number): PolicyEvaluator {
  const limit = pLimit(concurrency);
  return decorate(evaluator, {
    evaluate: (policy, review, signal) =>
      limit(() => {
        signal.throwIfAborted();
        return evaluator.evaluate(policy, review, signal);
      }),
    load: () => ({ mode: 'full', atMost: concurrency, servers: [] }),
  });
}
