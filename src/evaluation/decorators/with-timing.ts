import type { Policy } from '../../domain/index.ts';
import type { PolicyEvaluator } from '../evaluator.ts';
import { decorate } from './decorate.ts';

export type TimingOptions = {
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
  /** Called with the duration of each evaluation in seconds, whatever its result. */
  readonly onAnswer: (policy: Policy, seconds: number) => void;
};

/** Measures how long each evaluation takes. */
export function withTiming(evaluator: PolicyEvaluator, { now, onAnswer }: TimingOptions): PolicyEvaluator {
  return decorate(evaluator, {
    evaluate: async (policy, review, signal) => {
      const startedAt = now();
      const outcome = await evaluator.evaluate(policy, review, signal);
      onAnswer(policy, (now() - startedAt) / 1000);
      return outcome;
    },
  });
}
