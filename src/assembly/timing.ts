import { performance } from 'node:perf_hooks';
import { type PolicyEvaluator, withTiming } from '../evaluation/index.ts';
import type { Instruments } from '../telemetry/index.ts';

/** Measures each evaluation where somebody wants to know, and costs nothing where nobody does. */
export function timeEvaluations(
  evaluator: PolicyEvaluator,
  instruments: Instruments | undefined,
): PolicyEvaluator {
  if (instruments === undefined) return evaluator;
  return withTiming(evaluator, { now: () => performance.now(), onAnswer: instruments.onAnswer });
}
