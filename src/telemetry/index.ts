export type { Instruments } from './instruments.ts';
export type { DistributionSample, Histogram, Metric } from './metric.ts';
export { lastCompleteRun, metricTable } from './metric-table.ts';
export { findNews, type News } from './news.ts';
export { notSent, type OtlpRequest, type OtlpSignal, readOtlpRequest } from './otlp-signals.ts';
export type { RunFacts } from './run-facts.ts';
export { RunTally, type WasViolated } from './run-tally.ts';
