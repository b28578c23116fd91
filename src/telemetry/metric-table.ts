import { type CellState, cellStates, severityNames, severityOf } from '../domain/index.ts';
import { addDistribution, type Distribution, durationBounds, emptyDistribution } from './distribution.ts';
import type { DistributionSample, Labels, Metric, Sample } from './metric.ts';
import { listMissing } from './missing.ts';
import { mostPolicies, nameInLabels, otherPolicies } from './policy-names.ts';
import type { RunFacts } from './run-facts.ts';
import { resultNames } from './run-tally.ts';

/** The one that outlives incomplete runs. */
export const lastCompleteRun = 'audit_scanner_last_complete_run_timestamp_seconds';
/** At most this many missed things are named. */
const mostMissing = 50;
/** At most this many policy servers have their own series. */
const mostServers = 100;

/**
 * Every metric of a run, in the order of the output. All describe the last run: a batch job starts from nothing each
 * time, so there are no counters over runs, and no name ends in `_total`.
 */
export const metricTable: readonly Metric[] = [
  gauge('build_info{version}', 'Version of audit-scanner that ran; always 1', ({ toolVersion }) => [
    { labels: { version: toolVersion }, value: 1 },
  ]),
  single(
    'last_run_timestamp_seconds',
    'When the last run ended, complete or not, in seconds since 1970',
    (run) => toSeconds(run.finishedAt),
  ),
  single(
    'last_complete_run_timestamp_seconds',
    'When the last complete run ended, in seconds since 1970',
    ({ lastCompleteAt }) => lastCompleteAt && toSeconds(lastCompleteAt),
  ),
  single(
    'run_duration_seconds',
    'Duration of the last run',
    ({ startedAt, finishedAt }) => toSeconds(finishedAt) - toSeconds(startedAt),
  ),
  single(
    'run_complete',
    '1 if the last run looked at everything, 0 if it missed something or could not start',
    (run) => (run.outcome?.complete === true ? 1 : 0),
  ),
  single(
    'run_retryable',
    '1 if the last run missed something that another run may see, else 0',
    ({ retryable }) => (retryable ? 1 : 0),
  ),
  single('run_exit_code', 'The exit code of the last run', ({ exitCode }) => exitCode),
  single(
    'coverage_ratio',
    'Share of the checks with something to look at that were made in full, from 0 to 1; a check is one policy on one type in one namespace',
    readCoverage,
  ),
  gauge('checks{state}', `Checks by outcome: ${cellStates.join(', ')}`, ({ outcome }) =>
    outcome === undefined ? [] : cellStates.map((state) => sample({ state }, cellsOf(outcome, state))),
  ),
  gauge('policies{state}', 'Policies by state: audited, skipped, errored', ({ outcome }) =>
    outcome === undefined
      ? []
      : (['audited', 'skipped', 'errored'] as const).map((state) =>
          sample({ state }, outcome.policies.filter((status) => status.state === state).length),
        ),
  ),
  single('resources', 'Objects that the run looked at', ({ outcome }) => outcome?.totals.resources),
  gauge(
    'results{policy,severity,result}',
    `Results by policy, severity and result: ${resultNames.join(', ')}; the ${mostPolicies} policies with the most violations by name, the rest as "${otherPolicies}"`,
    readResults,
  ),
  gauge(
    'new_violations{severity}',
    'Violations that were not in the stored reports before this run, or not in the baseline; absent if there is neither',
    ({ tally }) =>
      tally.newViolations === undefined
        ? []
        : severityNames.map((severity) => sample({ severity }, tally.newViolations?.get(severity) ?? 0)),
  ),
  gauge(
    'reports{change}',
    'Stored reports by change: created, updated, unchanged, deleted; absent if the run stores none',
    ({ outcome, stores }) => {
      if (outcome === undefined || !stores) return [];
      const { created, updated, unchanged, deleted } = outcome.totals.stored;
      return Object.entries({ created, updated, unchanged, deleted }).map(([change, value]) =>
        sample({ change }, value),
      );
    },
  ),
  single('evaluations', 'All results, including reused ones', ({ outcome }) => outcome?.totals.evaluations),
  single(
    'evaluation_retries',
    'Evaluations that were sent again because no answer came',
    ({ tally }) => tally.retries,
  ),
  single('reused_results', 'Stored results that were used instead of an evaluation', ({ outcome }) =>
    outcome === undefined ? undefined : (outcome.totals.reuse?.reused ?? 0),
  ),
  single(
    'drifted_policies',
    'Policies that answered the same question differently than before',
    ({ outcome }) => outcome?.refuted?.length,
  ),
  {
    type: 'histogram',
    name: 'audit_scanner_evaluation_duration_seconds',
    labels: ['policy'],
    help: 'How long a policy took to answer or to fail, without the time that the evaluation spent in the queue',
    bounds: durationBounds,
    read: readDurations,
  },
  single(
    'inflight_limit',
    'Most evaluations that may be in flight at once',
    ({ outcome }) => outcome?.load?.atMost,
  ),
  gauge(
    'inflight_highest{server}',
    'Most evaluations that were in flight at once at a policy server, unless --load full',
    ({ outcome }) =>
      (outcome?.load?.servers ?? [])
        .slice(0, mostServers)
        .map(({ server, highest }) => sample({ server }, highest)),
  ),
  gauge(
    'api_requests{verb,code}',
    'Requests to the API server by HTTP method and status, counting every try; "none" if there was no answer',
    ({ tally }) =>
      [...tally.apiRequests].sort().map(([key, value]) => {
        const [verb = '', code = ''] = key.split(' ');
        return sample({ verb, code }, value);
      }),
  ),
  gauge('incidents{code,retryable}', 'What the run missed, counted by error code', readIncidents),
  gauge(
    'missing{code,what,why,retryable}',
    `What the run missed, why, and how often; the first ${mostMissing}`,
    readMissing,
  ),
  single(
    'client_certificate_expiry_timestamp_seconds',
    'When the client certificate for policy servers expires, in seconds since 1970; absent if there is none',
    ({ clientCertificateExpiresAt: at }) => at && toSeconds(at),
  ),
];

/** A metric by its name without the prefix and its labels: `results{policy,result}`. */
function gauge(usage: string, help: string, read: (run: RunFacts) => readonly Sample[]): Metric {
  const [name = '', labels = ''] = usage.split(/[{}]/);
  return {
    type: 'gauge',
    name: `audit_scanner_${name}`,
    labels: labels === '' ? [] : labels.split(','),
    help,
    read,
  };
}

/** A metric without labels; undefined for nothing. */
function single(name: string, help: string, read: (run: RunFacts) => number | undefined): Metric {
  return gauge(name, help, (run) => {
    const value = read(run);
    return value === undefined ? [] : [sample({}, value)];
  });
}

function sample(labels: Labels, value: number): Sample {
  return { labels, value };
}

function toSeconds(at: Date): number {
  return at.getTime() / 1000;
}

type Finished = NonNullable<RunFacts['outcome']>;

function cellsOf({ coverage }: Finished, state: CellState): number {
  return coverage.cells[state];
}

/** A run that could not start has seen nothing; one that has nothing to see has seen all of it. */
function readCoverage({ outcome }: RunFacts): number {
  if (outcome === undefined) return 0;
  const { scanned, partial, failed } = outcome.coverage.cells;
  const all = scanned + partial + failed;
  if (all > 0) return scanned / all;
  return outcome.complete ? 1 : 0;
}

function readResults({ tally }: RunFacts): readonly Sample[] {
  const samples = [...tally.results].flatMap(([policy, counts]) => {
    const labels = { policy: nameInLabels(policy, tally), severity: severityOf({ policy }) };
    const there = resultNames.filter((result) => counts[result] > 0);
    return there.map((result) => sample({ ...labels, result }, counts[result]));
  });
  return sumByLabels(samples);
}

function readDurations({ tally }: RunFacts): readonly DistributionSample[] {
  const sums = new Map<string, Distribution>();
  for (const [policy, durations] of tally.durations) {
    const name = nameInLabels(policy, tally);
    const sum = sums.get(name) ?? emptyDistribution();
    sums.set(name, sum);
    addDistribution(sum, durations);
  }
  return [...sums].map(([policy, distribution]) => ({ labels: { policy }, distribution }));
}

function readIncidents(run: RunFacts): readonly Sample[] {
  return sumByLabels(
    listMissing(run).map(({ code, retryable, count }) => sample(toLabels({ code, retryable }), count)),
  );
}

function readMissing(run: RunFacts): readonly Sample[] {
  const samples = listMissing(run).map(({ count, ...missing }) => sample(toLabels(missing), count));
  return sumByLabels(samples).slice(0, mostMissing);
}

/** One sample for the same labels, in the order of the first. */
function sumByLabels(samples: readonly Sample[]): readonly Sample[] {
  const byLabels = Map.groupBy(samples, ({ labels }) => JSON.stringify(labels));
  return [...byLabels.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [
          sample(
            first.labels,
            same.reduce((sum, { value }) => sum + value, 0),
          ),
        ];
  });
}

function toLabels(values: Readonly<Record<string, string | boolean>>): Labels {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
