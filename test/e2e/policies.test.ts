import { afterEach, beforeEach, expect, test } from 'vitest';
import { aClusterAdmissionPolicy, aNamespace, anAdmissionPolicy } from '../support/cluster/objects.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Item = { name: string; state: string; reason: string | null; notes: string[]; targets: object[] };

describeOnCluster('audit-scanner policies', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
  });
  afterEach(() => world.close());

  test('says of each policy what the scan does with it, and reads only', async () => {
    const { namespace } = world;
    await world.apply([
      aClusterAdmissionPolicy('everywhere', { targets: ['v1/pods', 'v1/pods/exec'], severity: 'high' }),
      anAdmissionPolicy('here', { namespace, backgroundAudit: false }),
      aClusterAdmissionPolicy('waiting', { status: 'pending' }),
      aClusterAdmissionPolicy('typo', { targets: ['apps/v1/pods'] }),
    ]);
    await cluster.auditLog.reset();
    const { code, stdout, stderr } = await world.run(['policies', ...world.serverFlags]);
    expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['NAME', 'KIND', 'MODE', 'SEVERITY', 'SERVER', 'AUDITED', 'REASON'],
      [
        'everywhere',
        'ClusterAdmissionPolicy',
        'protect',
        'high',
        'default',
        'yes',
        'v1 pods/exec: subresources are not audited',
      ],
      ['typo', 'ClusterAdmissionPolicy', 'protect', '-', 'default', 'no', 'unknown resource apps/v1 pods'],
      ['waiting', 'ClusterAdmissionPolicy', 'protect', '-', 'default', 'no', 'status: pending'],
      [`${namespace}/here`, 'AdmissionPolicy', 'protect', '-', 'default', 'no', 'backgroundAudit: false'],
      [''],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const verbs = Object.keys(await world.apiRequests()).map((request) => request.split(' ')[0]);
    expect([...new Set(verbs)]).toEqual(['list']);
    expect(world.policyServer.connections).toBe(0);
  });

  test('agrees with the scan about every policy', async () => {
    const { namespace } = world;
    await world.apply([
      aClusterAdmissionPolicy('a', { targets: ['v1/pods', 'apps/v1/deployments'] }),
      aClusterAdmissionPolicy('b', { operations: ['DELETE'] }),
      aClusterAdmissionPolicy('c', { policyServer: 'nowhere' }),
      anAdmissionPolicy('d', { namespace, status: null }),
    ]);
    const listed = await world.run(['policies', '-o', 'json']);
    const scanned = await world.run(['scan', '-o', 'json', '--store', '--report-kind', 'policyreport']);
    const { items } = JSON.parse(listed.stdout) as { items: Item[] };
    const { policies } = JSON.parse(scanned.stdout) as { policies: Item[] };
    const told = ({ name, state, reason, notes }: Item) => ({ name, state, reason, notes });
    expect(items.map(told)).toEqual(policies.map(told));
    expect(items.find(({ name }) => name === 'c')).toMatchObject({
      state: 'errored',
      reason: expect.stringContaining('there is no PolicyServer "nowhere"') as string,
    });
    expect(listed.code).toBe(3);
  });

  test('tells of one policy what it is asked about and where', async () => {
    const labelled = { ...aNamespace(world.namespace, { team: world.namespace }) };
    await cluster.apply([labelled]);
    await world.apply([
      aClusterAdmissionPolicy('one-team', {
        targets: ['v1/pods', 'v1/nodes'],
        namespaceSelector: { matchLabels: { team: world.namespace } },
        settings: { password: 'hunter2' },
      }),
      aClusterAdmissionPolicy('another'),
    ]);
    const { code, stdout } = await world.run(['policies', 'one-*']);
    expect(stdout).toContain('ClusterAdmissionPolicy/one-team\n');
    expect(stdout).toMatch(new RegExp(`^ {2}pods +v1 +${world.namespace}$`, 'm'));
    expect(stdout).toMatch(/^ {2}nodes +v1 +\(cluster-scoped\)$/m);
    expect(stdout).toMatch(/^ {2}module +\w+:\/\/\S+$/m);
    expect(stdout).toMatch(/^ {4}its settings +password$/m);
    expect(stdout).not.toContain('hunter2');
    expect(code).toBe(0);
  });

  test('a name that no policy has is exit code 2, a cluster that is not there 4', async () => {
    await world.apply([aClusterAdmissionPolicy('no-root')]);
    const typo = await world.run(['policies', 'no-rot']);
    expect([typo.code, typo.stdout]).toEqual([2, '']);
    expect(typo.stderr).toMatch(
      /^error: there is no policy "no-rot" +\[AS-2031\]\n {2}Did you mean "no-root"\?\n/,
    );
    const nowhere = await world.run(['policies'], { env: { KUBECONFIG: '/nonexistent/config' } });
    expect([nowhere.code, nowhere.stdout]).toEqual([4, '']);
    expect(nowhere.stderr).toContain('[AS-3002]');
  });

  test('an empty cluster is said to be empty', async () => {
    const { code, stdout, stderr } = await world.run(['policies']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^No policies found in context test-cluster /);
  });
});
