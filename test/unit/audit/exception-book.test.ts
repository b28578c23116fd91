import { describe, expect, it } from 'vitest';
import { runAudit } from '../../../src/audit/audit.ts';
import type { AuditRequest } from '../../../src/audit/ports.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { PolicyException } from '../../../src/domain/exception.ts';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { anException, anObject, aPolicy, pods } from '../../support/builders.ts';
import { aRequest, FakeCluster } from '../../support/fakes.ts';

const openReportsMapper = reportMapperFor('openreports');

const past = new Date('2020-01-01T00:00:00Z');

function aCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.resources = [pods];
  cluster.namespaces = [{ name: 'a', labels: {} }];
  cluster.policies = [aPolicy('no-privileged', { severity: 'high' })];
  cluster.objects = [anObject(pods, 'a/fine'), anObject(pods, 'a/one'), anObject(pods, 'a/two')];
  cluster.answer = (_, object) =>
    object.reference.name === 'fine' ? { verdict: 'allowed' } : { verdict: 'denied', message: 'no' };
  return cluster;
}

async function audit(
  cluster: FakeCluster,
  exceptions: readonly PolicyException[],
  overrides: Partial<AuditRequest> = {},
) {
  const never = new AbortController().signal;
  const outcome = await runAudit(cluster.ports(), aRequest({ exceptions, ...overrides }), {
    stop: never,
    abort: never,
  });
  const { results, accepted, failBySeverity, evaluations } = outcome.totals;
  return {
    counts: { evaluations, accepted, pass: results.pass, fail: results.fail, high: failBySeverity.high },
    uses: outcome.exceptions?.map(({ state, findings }) => ({ state, findings })),
  };
}

describe('exceptions of an audit', () => {
  it('accept the violations they cover, which then count neither as passes nor as violations', async () => {
    const cluster = aCluster();
    const exception = anException({ name: 'one' });
    await expect(audit(cluster, [exception])).resolves.toEqual({
      counts: { evaluations: 3, accepted: 1, pass: 1, fail: 1, high: 1 },
      uses: [{ state: 'used', findings: 1 }],
    });
    const marked = cluster.written.flatMap(({ subject, results }) =>
      results.map((result) => [subject.name, result.result, result.exception]),
    );
    expect(marked.toSorted()).toEqual([
      ['fine', 'pass', undefined],
      ['one', 'fail', exception],
      ['two', 'fail', undefined],
    ]);
  });

  it('leave what is stored as it is: reports hold the verdicts of the policies', async () => {
    const stamp = { runUid: 'run', timestamps: [1] };
    const [without, with_] = [aCluster(), aCluster()];
    await audit(without, []);
    await audit(with_, [anException()]);
    const bodies = (cluster: FakeCluster) =>
      cluster.written.map((report) => openReportsMapper.toBody(report, stamp));
    expect(bodies(with_)).toEqual(bodies(without));
  });

  it('do not count once they have expired, and say what they would cover', async () => {
    await expect(audit(aCluster(), [anException({ expiresAt: past })])).resolves.toEqual({
      counts: { evaluations: 3, accepted: 0, pass: 1, fail: 2, high: 2 },
      uses: [{ state: 'expired', findings: 2 }],
    });
  });

  it('do not count beside an expired one that covers the same', async () => {
    const { counts, uses } = await audit(aCluster(), [
      anException({ expiresAt: past }),
      anException({ name: 'two' }),
    ]);
    expect(counts).toMatchObject({ accepted: 1, fail: 1 });
    expect(uses).toEqual([
      { state: 'expired', findings: 2 },
      { state: 'used', findings: 1 },
    ]);
  });

  it('cover no evaluation that failed', async () => {
    const cluster = aCluster();
    cluster.answer = () => ({
      verdict: 'errored',
      error: new AuditError(errorCodes.evaluationTimeout, 'slow'),
    });
    await expect(audit(cluster, [anException()])).resolves.toEqual({
      counts: { evaluations: 3, accepted: 0, pass: 0, fail: 0, high: 0 },
      uses: [{ state: 'unclear', findings: 0 }],
    });
  });

  it('are unused only where everything was looked at', async () => {
    const unused = [anException({ name: 'gone' })];
    const complete = await audit(aCluster(), unused);
    expect(complete.uses).toEqual([{ state: 'unused', findings: 0 }]);
    const partial = await audit(aCluster(), unused, { partial: true });
    expect(partial.uses).toEqual([{ state: 'unclear', findings: 0 }]);
  });
});
