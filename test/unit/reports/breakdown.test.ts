import { describe, expect, it } from 'vitest';
import { countFindings, formatCounts } from '../../../src/reports/breakdown.ts';
import { toFindings } from '../../../src/reports/finding.ts';
import { anException, aPolicy } from '../../support/builders.ts';
import { aFail, aPass, aReport } from '../sinks/report-builders.ts';
import { anError } from './findings.ts';

const low = aPolicy('low', { severity: 'low' });
const critical = aPolicy('critical', { severity: 'critical' });

const findings = toFindings([
  aReport('a/one', [aFail(low), aFail(aPolicy('other', { severity: 'low' })), aPass('fine')]),
  aReport('a/two', [aFail(low)]),
  aReport('b/one', [aFail(critical), anError(low, 'no answer')]),
  aReport('c/one', [{ ...aFail(critical), exception: anException() }]),
  aReport('d/one', [aPass('fine')]),
]);

const counted = countFindings(findings, ({ report }) => report.subject.namespace ?? '');

describe('countFindings', () => {
  it('counts per key, the worst severity first; many of a lower one weigh less, and passes nothing', () => {
    expect(counted.map((count) => `${count.key}: ${formatCounts(count)} on ${count.objects}`)).toEqual([
      'b: 1 critical, 1 error on 1',
      'a: 3 low on 2',
      'c: 1 accepted on 1',
    ]);
  });

  it('tells violations, errors and what is accepted apart', () => {
    expect(counted.map(({ fail, error, accepted }) => [fail, error, accepted])).toEqual([
      [1, 1, 0],
      [3, 0, 0],
      [0, 0, 1],
    ]);
  });

  it('orders what is as bad as another by its key', () => {
    const alike = countFindings(findings, ({ report, result }) => report.subject.name + result.policy.name);
    expect(alike.filter(({ fail }) => fail === 1).map(({ key }) => key)).toEqual([
      'onecritical',
      'onelow',
      'oneother',
      'twolow',
    ]);
  });
});
