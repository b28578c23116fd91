import { Gauge, Histogram, Registry } from 'prom-client';
import type { DistributionSample, Histogram as HistogramRow, Metric, RunFacts } from '../index.ts';

/** The metrics of a run in the text format of Prometheus. Ends with a newline. */
export async function renderExposition(metrics: readonly Metric[], run: RunFacts): Promise<string> {
  const registry = new Registry();
  for (const metric of metrics) {
    if (metric.type === 'histogram') addHistogram(metric, metric.read(run), registry);
    else addGauge(metric, run, registry);
  }
  return registry.metrics();
}

function addGauge(metric: Extract<Metric, { type: 'gauge' }>, run: RunFacts, registry: Registry): void {
  const samples = metric.read(run);
  // A type without a sample would only say that there could be one.
  if (samples.length === 0) return;
  const { name, help, labels } = metric;
  const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] });
  for (const { labels: values, value } of samples) gauge.set(values, value);
}

function addHistogram(
  metric: HistogramRow,
  samples: readonly DistributionSample[],
  registry: Registry,
): void {
  if (samples.length > 0) registry.registerMetric(new CountedHistogram(metric, samples));
}

/** A histogram that was counted already: the library's own would have to be told each observation once more. */
class CountedHistogram extends Histogram {
  readonly #empty: Histogram;
  readonly #values: HistogramValue[];

  constructor(metric: HistogramRow, samples: readonly DistributionSample[]) {
    const { name, help, labels, bounds } = metric;
    const configuration = { name, help, labelNames: labels, buckets: [...bounds], registers: [] };
    super(configuration);
    this.#empty = new Histogram(configuration);
    this.#values = samples.flatMap((sample) => toValues(metric, sample));
  }

  /** What a registry asks for; `get` is made of it. */
  async getForPromString(): ReturnType<Histogram['get']> {
    return { ...(await this.#empty.get()), values: this.#values };
  }
}

type HistogramValue = Awaited<ReturnType<Histogram['get']>>['values'][number];

function toValues(
  { name, bounds }: HistogramRow,
  { labels, distribution: { counts, sum } }: DistributionSample,
): HistogramValue[] {
  let count = 0;
  const buckets = counts.map((inBucket, index) => {
    count += inBucket;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
