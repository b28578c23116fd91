export { createEmbeddedEvaluator, type EmbeddedEvaluatorOptions, type PolicyLog } from './evaluator.ts';
