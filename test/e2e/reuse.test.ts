import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { runInProcess } from '../support/in-process.ts';
import {
  closeRecordedWorld,
  createRecordedWorld,
  recordPath,
  runInHours,
  storingRun,
} from '../support/recorded-world.ts';
import type { World } from '../support/world.ts';

describeOnCluster('results that still hold', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    await vi.waitFor(expectNoPolicies, { timeout: 20_000, interval: 200 });
    world = await createRecordedWorld(cluster);
  });
  afterEach(() => closeRecordedWorld(world));

  /** Those of other tests go with their namespaces, which takes a moment; a run over the whole cluster would ask them. */
  async function expectNoPolicies(): Promise<void> {
    for (const kind of ['clusteradmissionpolicies', 'admissionpolicies']) {
      const path = `/apis/policies.kubewarden.io/v1/${kind}`;
      expect((await cluster.request<{ items: object[] }>('GET', path)).items).toEqual([]);
    }
  }

  /** A run over the whole cluster, so many hours from now, and what it says it reused. */
  async function scan(hours: number, ...flags: string[]) {
    const reuse = ['--reuse-results', '24h', '--verify-sample', '0', '--pure-policies', '*'];
    const run = await runInHours(cluster, hours, [...storingRun, ...reuse, ...flags, ...world.serverFlags]);
    const { summary, complete } = JSON.parse(run.stdout) as {
      summary: { reused: number; confirmed: number };
      complete: boolean;
    };
    return { code: run.code, stderr: run.stderr, complete, ...summary };
  }

  test('are asked for again when they have come of age, by somebody else, or were tampered with (W46)', async () => {
    expect(await scan(0)).toMatchObject({ code: 0, reused: 0, evaluations: 4 });
    const before = await world.reports();
    expect(await scan(0)).toMatchObject({ code: 0, reused: 4, confirmed: 0, pass: 2, fail: 2 });
    expect(await world.reports()).toEqual(before);
    // The controller moves their status, and nothing else.
    await world.reconcile();
    expect(await scan(0.001, '--verify-sample', '100%')).toMatchObject({ code: 0, reused: 0, confirmed: 4 });
    expect(await scan(25)).toMatchObject({ code: 0, reused: 0, confirmed: 4 });
    expect(await scan(25.001, '--pure-policies', '!lax')).toMatchObject({ reused: 2 });

    const { metadata, results } = (await world.reports())['web'] ?? {};
    const forged = results?.map((row) => ({ ...row, result: 'pass', message: 'all is well' }));
    const path = `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${world.namespace}/policyreports/${metadata?.name ?? ''}`;
    await cluster.request('PATCH', path, { results: forged });
    await scan(25.002);
    expect((await world.reports())['web']?.summary).toMatchObject({ pass: 1, fail: 1 });
  });

  test('of a policy that contradicts an earlier verdict are no longer reused, and it is named', async () => {
    await scan(0);
    world.policyServer.answer = () => ({ allowed: false, message: 'changed its mind' });
    const found = await scan(0.001, '--verify-sample', '100%');
    expect(found).toMatchObject({ code: 3, complete: false });
    expect(found.stderr).toContain('[AS-4340]');
    expect(await scan(0.002)).toMatchObject({ code: 0, reused: 0 });
    expect(await scan(0.003)).toMatchObject({ code: 0, reused: 4 });
  });

  test('the drop-in writes the run record for it, and needs the store', async () => {
    const flags = [
      '--loglevel',
      'error',
      '--reuse-results',
      '24h',
      '--pure-policies',
      '*',
      ...world.serverFlags,
    ];
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    expect(await runInProcess(flags, { env })).toMatchObject({ code: 0 });
    const record = await cluster.request('GET', recordPath);
    expect(record.metadata).toMatchObject({
      annotations: { 'audit-scanner.io/reuse': expect.stringContaining('"ageMs":86400000') as string },
    });
    const { code, stderr } = await runInProcess([...flags, '--disable-store'], { env });
    expect(code).not.toBe(0);
    expect(stderr).toContain('--disable-store stores nothing');
  });

  test('are seen by the embedded engine, which needs no word about purity', async () => {
    const flags = [
      '--engine',
      'embedded',
      '--store',
      '--report-kind',
      'policyreport',
      '--fail-on',
      'never',
      '-o',
      'json',
    ];
    const reuse = ['--reuse-results', '24h', '--verify-sample', '0'];
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const run = async (...more: string[]) => {
      const { code, stdout } = await runInProcess(['scan', ...flags, ...reuse, ...more], { env });
      return { code, ...(JSON.parse(stdout) as { summary: object }).summary };
    };
    expect(await run()).toMatchObject({ code: 0, reused: 0, evaluations: 4 });
    expect(await run()).toMatchObject({ code: 0, reused: 4, fail: 2 });
    expect(await run('--verify-sample', '100%')).toMatchObject({ code: 0, reused: 0, confirmed: 4 });
    // What the engine has computed is not what a policy server has said.
    expect(await scan(0)).toMatchObject({ code: 0, reused: 0, confirmed: 0 });
  });
});
