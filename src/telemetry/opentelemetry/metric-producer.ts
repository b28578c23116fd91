import { type HrTime, ValueType } from '@opentelemetry/api';
import { type Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Metric, RunFacts } from '../index.ts';

export type ProducerOptions = {
  readonly metrics: readonly Metric[];
  readonly resource: Resource;
  /** Undefined until the run has ended. */
  readonly readRun: () => RunFacts | undefined;
};

/** Gives the SDK the metrics of a run once it has ended, from the same table as the other formats. */
export function createMetricProducer({ metrics, resource, readRun }: ProducerOptions): MetricProducer {
  return {
    collect: () => {
      const run = readRun();
      const scope = { name: 'audit-scanner', version: run?.toolVersion ?? '' };
      const data = run === undefined ? [] : metrics.map((metric) => toData(metric, run));
      const filled = data.filter(({ dataPoints }) => dataPoints.length > 0);
      const result: CollectionResult = {
        resourceMetrics: { resource, scopeMetrics: filled.length === 0 ? [] : [{ scope, metrics: filled }] },
        errors: [],
      };
      return Promise.resolve(result);
    },
  };
}

function toData(metric: Metric, run: RunFacts): MetricData {
  const descriptor = {
    name: metric.name,
    description: metric.help,
    unit: metric.name.endsWith('_seconds') ? 's' : '',
    valueType: ValueType.DOUBLE,
  };
  const time = { startTime: toHrTime(run.startedAt), endTime: toHrTime(run.finishedAt) };
  const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  if (metric.type === 'gauge') {
    const dataPoints = metric.read(run).map(({ labels, value }) => ({ ...time, attributes: labels, value }));
    return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
  }
  const dataPoints = metric.read(run).map(({ labels, distribution: { counts, sum } }) => {
    const count = counts.reduce((all, inBucket) => all + inBucket, 0);
    const value = { buckets: { boundaries: [...metric.bounds], counts: [...counts] }, sum, count };
    return { ...time, attributes: labels, value };
  });
  return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
}

function toHrTime(at: Date): HrTime {
  const ms = at.getTime();
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
}
