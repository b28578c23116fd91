import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { Metric } from '../../../src/telemetry/metric.ts';
import { metricTable } from '../../../src/telemetry/metric-table.ts';
import type { RunFacts } from '../../../src/telemetry/run-facts.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { aCoverage, aPolicy } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';
import { aFailedRun, aResult, aRun, count } from './runs.ts';

function find(name: string): Metric {
  const metric = metricTable.find((candidate) => candidate.name === `audit_scanner_${name}`);
  if (metric === undefined) throw new Error(`there is no metric ${name}`);
  return metric;
}

/** The samples of a gauge: its labels as text with their value. */
function read(name: string, run: RunFacts): Record<string, number> {
  const metric = find(name);
  if (metric.type !== 'gauge') throw new Error(`${name} is no gauge`);
  return Object.fromEntries(
    metric.read(run).map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

const forbidden = new AuditError(errorCodes.listForbidden, 'not allowed');
const incidents = [
  { error: forbidden, scope: { resource: 'secrets', namespace: 'shop' }, count: 2 },
  { error: forbidden, scope: { resource: 'nodes' }, count: 1 },
];

describe('the table of metrics', () => {
  it('follows the conventions of Prometheus', () => {
    const names = metricTable.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^audit_scanner_[a-z]+(_[a-z]+)*$/.test(name))).toEqual([]);
    expect(names.filter((name) => name.endsWith('_total'))).toEqual([]);
  });

  it('has no sample with a label that its row does not name', () => {
    const tally = new RunTally();
    const policy = aPolicy('strict', { severity: 'high' });
    count(tally, 'a', aResult(policy, 'fail'));
    tally.addDuration(policy, 0.2);
    tally.addApiRequest('GET', 200);
    const run = aRun({ tally, outcome: anOutcome({ complete: false, incidents }) });
    for (const metric of metricTable)
      for (const { labels } of metric.read(run)) expect(Object.keys(labels)).toEqual(metric.labels);
  });

  it.each([
    [{ scanned: 3, partial: 1, failed: 0, empty: 9, skipped: 9 }, true, 0.75],
    [{ scanned: 0, partial: 0, failed: 0, empty: 9, skipped: 0 }, true, 1],
    [{ scanned: 0, partial: 0, failed: 0, empty: 0, skipped: 0 }, false, 0],
  ])('says how much of %j was seen', (cells, complete, expected) => {
    const outcome = anOutcome({ complete, coverage: aCoverage({ cells }) });
    expect(read('coverage_ratio', aRun({ outcome }))).toEqual({ '': expected });
  });

  it('sums up what was missed by code, and names it', () => {
    const run = aRun({ outcome: anOutcome({ complete: false, incidents }) });
    expect(read('incidents', run)).toEqual({ 'AS-3101 false': 3 });
    expect(read('missing', run)).toEqual({
      'AS-3101 secrets in shop Listing a resource type is forbidden false': 2,
      'AS-3101 nodes Listing a resource type is forbidden false': 1,
    });
    expect(read('run_complete', run)).toEqual({ '': 0 });
  });

  it('counts the namespaces in which the same is missing, so that it hides nothing else', () => {
    const scopes = [
      { resource: 'secrets', namespace: 'a' },
      { resource: 'secrets', namespace: 'b' },
      { resource: 'pods' },
    ];
    const each = scopes.map((scope) => ({ error: forbidden, scope, count: 1 }));
    expect(read('missing', aRun({ outcome: anOutcome({ complete: false, incidents: each }) }))).toEqual({
      'AS-3101 secrets in 2 namespaces Listing a resource type is forbidden false': 2,
      'AS-3101 pods Listing a resource type is forbidden false': 1,
    });
  });

  it('says of a run that could not start that it saw nothing, and why', () => {
    const run = aFailedRun(new AuditError(errorCodes.apiUnreachable, 'away'));
    expect(read('coverage_ratio', run)).toEqual({ '': 0 });
    expect(read('missing', run)).toEqual({
      'AS-3006 the whole scan away true': 1,
    });
    expect(read('evaluations', run)).toEqual({});
    expect(read('run_duration_seconds', run)).toEqual({ '': 90 });
  });

  it('names the 100 policies with the most violations, and sums up the others', () => {
    const tally = new RunTally();
    for (let index = 0; index < 130; index += 1) {
      const policy = aPolicy(`p${String(index).padStart(3, '0')}`, {
        severity: index < 120 ? 'low' : 'high',
      });
      count(tally, 'a', aResult(policy, index < 20 ? 'pass' : 'fail'));
      tally.addDuration(policy, 0.2);
    }
    const results = read('results', aRun({ tally }));
    expect(Object.keys(results)).toHaveLength(102);
    expect(results['other low pass']).toBe(20);
    expect(results['other high fail']).toBe(10);
    const durations = find('evaluation_duration_seconds').read(aRun({ tally }));
    expect(durations).toHaveLength(101);
  });

  it('puts a duration into the first bucket that holds it', () => {
    const tally = new RunTally();
    for (const seconds of [0.005, 0.0051, 11]) tally.addDuration(aPolicy('strict'), seconds);
    const [durations] = find('evaluation_duration_seconds').read(aRun({ tally }));
    expect(durations).toMatchObject({ distribution: { counts: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1] } });
  });
});
