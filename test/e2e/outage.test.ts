import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiError } from '../support/cluster/api-client.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import {
  closeRecordedWorld,
  createRecordedWorld,
  recordPath,
  runInHours,
  storingRun,
} from '../support/recorded-world.ts';
import type { World } from '../support/world.ts';

const kind = ['--report-kind', 'policyreport'];

describeOnCluster('an outage of the policy servers', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await createRecordedWorld(cluster);
  });
  afterEach(() => closeRecordedWorld(world));

  /** A run over the whole cluster, so many hours from now. */
  const scan = (hours: number, ...flags: string[]) =>
    runInHours(cluster, hours, [...storingRun, ...flags, ...world.serverFlags]);

  function verdictsOf(reports: Awaited<ReturnType<World['reports']>>) {
    return reports['web']?.results.map(({ policy, result, message, timestamp }) => [
      policy,
      result,
      message,
      timestamp,
    ]);
  }

  const status = (hours: number, ...flags: string[]) =>
    runInHours(cluster, hours, ['status', ...kind, ...flags]);

  /** What a proxy says of servers that are gone. */
  function takeServersAway(): void {
    world.policyServer.answer = () => ({ status: 502, body: '<html>Bad Gateway</html>' });
  }

  function bringServersBack(): void {
    world.policyServer.answer = world.policyServer.engineAnswer;
  }

  test('leaves the reports as they were for a day, whatever the controller does to the policies', async () => {
    expect(await scan(0)).toMatchObject({ code: 0 });
    const before = await world.reports();
    expect(Object.keys(before).sort()).toEqual(['db', 'web']);
    expect(await status(0)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('CURRENT: the reports were confirmed by a complete run.') as string,
    });

    takeServersAway();
    await world.reconcile();
    const outage = await scan(1);
    expect(outage.code).toBe(3);
    const { summary } = JSON.parse(outage.stdout) as { summary: object };
    expect(summary).toMatchObject({ error: 4, stored: { updated: 0, keptResults: 4 } });
    expect(outage.stderr).toContain('kept: 4 stored verdicts of policies that gave no answer now');
    expect(await world.reports()).toEqual(before);
    const late = await status(2);
    expect(late.code).toBe(3);
    expect(late.stdout).toContain(`namespaced-${world.namespace}-strict`);
    expect(late.stdout).toContain('INCOMPLETE: the last run did not see everything');

    await scan(25);
    expect((await world.reports())['web']?.summary).toMatchObject({ pass: 0, fail: 0, error: 2 });
    bringServersBack();
    expect(await scan(26)).toMatchObject({ code: 0 });
    // The report was written, with the versions that the policies have now; everything else is as it was.
    expect(verdictsOf(await world.reports())).toEqual(verdictsOf(before));
    expect(JSON.parse((await status(53, '-o', 'json')).stdout)).toMatchObject({
      state: 'late',
      complete: true,
    });
  });

  test('has errors stored by the flags of the Go scanner, and verdicts get their time back', async () => {
    const dropIn = (hours: number, ...flags: string[]) =>
      runInHours(cluster, hours, ['--loglevel', 'error', ...flags, ...world.serverFlags]);
    await dropIn(0);
    const before = await world.reports();
    takeServersAway();
    await dropIn(1);
    expect((await world.reports())['web']?.summary).toMatchObject({ pass: 0, fail: 0, error: 2 });
    bringServersBack();
    await dropIn(2);
    expect((await world.reports())['web']?.results).toEqual(before['web']?.results);
    await expect(cluster.request('GET', recordPath)).rejects.toThrow(ApiError);

    await dropIn(3, '--run-record');
    const record = await cluster.request('GET', recordPath);
    expect(record).toMatchObject({
      summary: { pass: 1, fail: 0, error: 0 },
      results: [{ policy: 'audit-scanner/run', result: 'pass' }],
    });
    expect(record.metadata.labels).toBeUndefined();
  });

  test('cannot be told from long ago where there is no record, and status says so', async () => {
    expect(await status(0)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('[AS-5151]') as string,
    });
    await scan(0, '-n', world.namespace);
    expect(await status(0)).toMatchObject({ code: 4 });
    takeServersAway();
    const { stderr } = await scan(1, '-n', world.namespace);
    expect(stderr).toContain(
      'there is no run record, so stored results of policies that give no answer are not kept',
    );
    expect((await world.reports())['web']?.summary).toMatchObject({ error: 2 });
  });

  test('the record of somebody else is neither read nor overwritten', async () => {
    const foreign = {
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'ClusterPolicyReport',
      metadata: { name: 'audit-scanner-run', labels: { 'app.kubernetes.io/managed-by': 'kubewarden' } },
      results: [{ policy: 'x', result: 'pass' }],
    };
    const made = await cluster.request('POST', recordPath.replace(/\/[^/]+$/, ''), foreign);
    const { code, stderr } = await scan(0);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('[AS-5150]') as string,
    });
    expect(await cluster.request('GET', recordPath)).toEqual(made);
    expect(await status(0)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('[AS-5152]') as string,
    });
  });
});
