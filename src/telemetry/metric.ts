import type { Distribution } from './distribution.ts';
import type { RunFacts } from './run-facts.ts';

export type Labels = Readonly<Record<string, string>>;

export type Sample = { readonly labels: Labels; readonly value: number };

export type DistributionSample = { readonly labels: Labels; readonly distribution: Distribution };

type Described = {
  /** By Prometheus' conventions, with the unit in it. */
  readonly name: string;
  /** One sentence without the full stop. */
  readonly help: string;
  readonly labels: readonly string[];
};

/** The value that something has in one run. */
export type Gauge = Described & {
  readonly type: 'gauge';
  readonly read: (run: RunFacts) => readonly Sample[];
};

/** How often something took how long in one run. */
export type Histogram = Described & {
  readonly type: 'histogram';
  /** Upper bounds in seconds. */
  readonly bounds: readonly number[];
  readonly read: (run: RunFacts) => readonly DistributionSample[];
};

/** One row of the table of metrics. What has nothing to say of a run reads nothing. */
export type Metric = Gauge | Histogram;
