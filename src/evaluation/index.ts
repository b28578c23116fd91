export { withLimit } from './decorators/with-limit.ts';
export { withRetry } from './decorators/with-retry.ts';
export { tidyErrorText } from './error-text.ts';
export type { PolicyEvaluator, Review } from './evaluator.ts';
export { toOutcome } from './outcome.ts';
export { buildReview } from './review.ts';
export { TransientError } from './transient-error.ts';
