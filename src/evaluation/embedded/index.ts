export { createEmbeddedEvaluator, type EmbeddedEvaluatorOptions } from './evaluator.ts';
