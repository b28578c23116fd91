import { describe, expect, it } from 'vitest';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { anException, aPolicy } from '../../support/builders.ts';
import { aResult, count } from './runs.ts';

const critical = aPolicy('critical', { severity: 'critical' });
const low = aPolicy('low', { severity: 'low' });

describe('RunTally', () => {
  it('counts results by policy; what is accepted is no violation', () => {
    const tally = new RunTally();
    count(tally, 'a', aResult(critical, 'fail'), aResult(low, 'pass'));
    count(tally, 'b', aResult(critical, 'fail', { exception: anException() }), aResult(low, 'error'));
    expect(tally.results.get(critical)).toEqual({ pass: 0, fail: 1, error: 0, accepted: 1 });
    expect(tally.results.get(low)).toEqual({ pass: 1, fail: 0, error: 1, accepted: 0 });
  });

  it('counts requests by method and status, also those without an answer', () => {
    const tally = new RunTally();
    for (const status of [200, 200, undefined, 404]) tally.addApiRequest('GET', status);
    expect(Object.fromEntries(tally.apiRequests)).toEqual({ 'GET 200': 2, 'GET none': 1, 'GET 404': 1 });
  });

  it('calls new what the stored reports did not have', () => {
    const tally = new RunTally();
    tally.compareWith(({ name }) => name === 'old');
    count(tally, 'old', aResult(critical, 'fail'), aResult(low, 'fail'));
    count(tally, 'new', aResult(critical, 'fail'), aResult(low, 'pass'));
    count(tally, 'accepted', aResult(critical, 'fail', { exception: anException() }));
    expect(Object.fromEntries(tally.newViolations ?? [])).toEqual({ critical: 1, low: 0 });
  });

  it('calls new what the baseline does not have, where no reports are stored', () => {
    const tally = new RunTally();
    const states = ['new', 'known', 'changed'] as const;
    for (const baseline of states) count(tally, baseline, aResult(critical, 'fail', { baseline }));
    expect(Object.fromEntries(tally.newViolations ?? [])).toEqual({ critical: 1 });
  });

  it('counts nothing as new if the earlier state is unknown', () => {
    const tally = new RunTally();
    count(tally, 'a', aResult(critical, 'fail'));
    expect(tally.newViolations).toBeUndefined();
  });
});
