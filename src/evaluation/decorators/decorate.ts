import type { PolicyEvaluator } from '../evaluator.ts';

/** The same evaluator, but for what a decorator does itself. */
export function decorate(evaluator: PolicyEvaluator, own: Partial<PolicyEvaluator>): PolicyEvaluator {
  return {
    prepare: (policies, signal) => evaluator.prepare(policies, signal),
    evaluate: (policy, review, signal) => evaluator.evaluate(policy, review, signal),
    load: () => evaluator.load?.(),
    connections: () => evaluator.connections?.(),
    close: () => evaluator.close(),
    ...own,
  };
}
