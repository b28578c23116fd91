import { afterEach, beforeEach, expect, test } from 'vitest';
import { aClusterAdmissionPolicy, anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { requiring, toPolicies } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

const runUidLabel = 'kubewarden.io/audit-scanner-run-uid';

describeOnCluster('stored reports', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
  });
  afterEach(() => world.close());

  function store(...argv: string[]) {
    return world.scan([
      '-n',
      world.namespace,
      '--store',
      '--fail-on',
      'never',
      '--report-kind',
      'policyreport',
      ...argv,
    ]);
  }

  test('have every field of the Go scanner', async () => {
    const { namespace } = world;
    const [policy, pod] = await world.apply([
      anAdmissionPolicy('strict', {
        namespace,
        severity: 'high',
        category: 'Pod Security',
        mutating: true,
        ...requiring('owner'),
      }),
      aPod(namespace, 'web'),
    ]);
    const { code, stdout } = await store();
    expect({ code, last: stdout.trim().split('\n').at(-1) }).toMatchObject({ code: 0 });
    const { web } = await world.reports();
    const metadata = web?.metadata;
    expect(metadata).toMatchObject({
      name: pod?.metadata.uid,
      namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'kubewarden',
        'kubewarden.io/policyreport-version': 'v2',
        [runUidLabel]: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: pod?.metadata.uid }],
    });
    expect(web?.scope).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      name: 'web',
      uid: pod?.metadata.uid,
      resourceVersion: pod?.metadata.resourceVersion,
    });
    expect(web?.summary).toEqual({ pass: 0, fail: 1, warn: 0, error: 0, skip: 0 });
    const id = `namespaced-${namespace}-strict`;
    expect(web?.results).toEqual([
      {
        source: 'kubewarden',
        policy: id,
        category: 'Pod Security',
        severity: 'high',
        timestamp: { seconds: expect.any(Number) as number, nanos: 0 },
        result: 'fail',
        scored: true,
        resourceSelector: {},
        message: 'the label owner must be set',
        properties: {
          mutating: 'true',
          'policy-resource-version': policy?.metadata.resourceVersion,
          'policy-uid': policy?.metadata.uid,
          'policy-name': 'strict',
          'policy-namespace': namespace,
        },
      },
    ]);
  });

  test('are not written again when nothing changed, and without a read per report (W26)', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('one', { namespace }),
      ...Array.from({ length: 5 }, (_, index) => aPod(namespace, `pod-${index}`)),
    ]);
    await cluster.auditLog.reset();
    await store();
    expect(await world.apiRequests()).toMatchObject({
      'list policyreports.wgpolicyk8s.io': 1,
      'create policyreports.wgpolicyk8s.io': 5,
    });
    const before = await world.reports();
    await cluster.auditLog.reset();
    const { stdout } = await store();
    expect(stdout).toContain('reports: 0 created, 0 updated, 5 unchanged, 0 deleted');
    const requests = await world.apiRequests();
    expect(Object.keys(requests).filter((key) => key.includes('policyreports'))).toEqual([
      'list policyreports.wgpolicyk8s.io',
    ]);
    expect(await world.reports()).toEqual(before);
  });

  test.each(['scan', 'drop-in'])(
    'are not written by %s because the controller moved the status of the policies, and are when a spec changed',
    async (door) => {
      const { namespace } = world;
      const policies = `/apis/policies.kubewarden.io/v1/namespaces/${namespace}/admissionpolicies`;
      const run = () => (door === 'scan' ? store() : world.dropIn(['-n', namespace]));
      const writes = async () => {
        await cluster.auditLog.reset();
        await run();
        const made = Object.entries(await world.apiRequests());
        return Object.fromEntries(made.filter(([key]) => !/^(get|list) /.test(key)));
      };
      const [policy] = await world.apply([
        anAdmissionPolicy('strict', { namespace, ...requiring('owner') }),
        aPod(namespace, 'web'),
      ]);
      await run();
      await world.reconcile();
      const reconciled = await cluster.request('GET', `${policies}/strict`);
      expect(reconciled.metadata).toMatchObject({ generation: 1 });
      expect(reconciled.metadata.resourceVersion).not.toBe(policy?.metadata.resourceVersion);
      expect(await writes()).toEqual({});

      await cluster.request('PATCH', `${policies}/strict`, { spec: { timeoutSeconds: 7 } });
      expect(await writes()).toEqual({ 'patch policyreports.wgpolicyk8s.io': 1 });
      const changed = await cluster.request('GET', `${policies}/strict`);
      expect((await world.reports())['web']?.results[0]?.['properties']).toMatchObject({
        'policy-generation': '2',
        'policy-resource-version': changed.metadata.resourceVersion,
      });
      await world.reconcile();
      expect(await writes()).toEqual({});
    },
  );

  test('move the timestamp of a result only when its verdict does', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('steady', { namespace }),
      anAdmissionPolicy('moody', { namespace }),
      aPod(namespace, 'web'),
    ]);
    await store();
    const before = (await world.reports())['web'];
    // Timestamps are in seconds: the second run has to start in another one.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    // What the policy server runs is another version; the policy in the cluster is the same.
    await world.policyServer.load(
      toPolicies([anAdmissionPolicy('moody', { namespace, ...requiring('owner') })]),
    );
    await store();
    const after = (await world.reports())['web'];
    const at = (report: typeof before) =>
      Object.fromEntries(
        report?.results.map(({ policy, timestamp }) => [policy.split('-').at(-1) ?? '', timestamp]) ?? [],
      );
    expect(at(after)['steady']).toEqual(at(before)['steady']);
    expect(at(after)['moody']).not.toEqual(at(before)['moody']);
    expect(after?.metadata.labels?.[runUidLabel]).not.toBe(before?.metadata.labels?.[runUidLabel]);
    expect(after?.summary).toMatchObject({ pass: 1, fail: 1 });
  });

  test('follow a new version of the object without moving what was found', async () => {
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('steady', { namespace }), aPod(namespace, 'web')]);
    await store();
    const before = (await world.reports())['web'];
    const pod = await cluster.request('PATCH', `/api/v1/namespaces/${namespace}/pods/web`, {
      metadata: { labels: { touched: 'yes' } },
    });
    await store();
    const after = (await world.reports())['web'];
    expect(after?.scope['resourceVersion']).toBe(pod.metadata.resourceVersion);
    expect(after?.results).toEqual(before?.results);
    expect(after?.metadata.labels).toEqual(before?.metadata.labels);
  });

  test('are deleted when no policy is about their object any more, and kept where a list failed', async () => {
    const { namespace } = world;
    await world.apply([
      aClusterAdmissionPolicy('pods-only', {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      }),
      aPod(namespace, 'web'),
    ]);
    await store();
    expect(Object.keys(await world.reports())).toEqual(['web']);
    await world.delete('/apis/policies.kubewarden.io/v1/clusteradmissionpolicies/pods-only');
    const { code, stdout } = await store();
    expect(stdout).toContain('1 deleted');
    expect(code).toBe(0);
    expect(await world.reports()).toEqual({});
  });

  test('stay where a policy cannot be asked any more, and the coverage tells which and since when', async () => {
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('good', { namespace }), aPod(namespace, 'web')]);
    await store();
    const path = `/apis/policies.kubewarden.io/v1/namespaces/${namespace}/admissionpolicies/good`;
    await world.delete(path);
    const objectSelector = { matchExpressions: [{ key: 'app', operator: 'Like', values: ['x'] }] };
    await world.apply([anAdmissionPolicy('odd', { namespace, objectSelector })]);
    const { code, stdout, stderr } = await store('-o', 'json');
    expect(code).toBe(3);
    expect(Object.keys(await world.reports())).toEqual(['web']);
    const { complete, coverage } = JSON.parse(stdout) as { complete: boolean; coverage: object };
    const day = new Date().toISOString().slice(0, 10);
    expect({ complete, coverage }).toMatchObject({
      complete: false,
      coverage: {
        cells: { scanned: 0, partial: 0, failed: 1 },
        gaps: [{ state: 'failed', policies: [`AdmissionPolicy/${namespace}/odd`], code: 'AS-4301' }],
        keptReports: [{ resource: 'Pod', count: 1 }],
      },
    });
    expect(stderr).toContain(`  kept: 1 stored report of Pod left as found (verdicts of ${day})`);
    expect(stderr).toContain(
      '  looked at: 1 namespace, 0 resource types: 0 of 1 check in full, 1 not at all',
    );
  });

  test('leave a severity out that the report API would refuse (W5)', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('odd', { namespace, severity: 'moderate' }),
      aPod(namespace, 'web'),
    ]);
    const { code } = await store();
    expect(code).toBe(0);
    expect((await world.reports())['web']?.results[0]).not.toHaveProperty('severity');
  });

  test('hold an error with its reason when a policy gives no answer (W18)', async () => {
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('mute', { namespace }), aPod(namespace, 'web')]);
    world.policyServer.answer = () => ({
      status: 500,
      body: '{"message":"Something went wrong","status":500}',
    });
    const { code, stdout } = await store();
    expect(code).toBe(3);
    expect(stdout).toContain('INCOMPLETE: ');
    const { web } = await world.reports();
    expect(web?.summary).toEqual({ pass: 0, fail: 0, warn: 0, error: 1, skip: 0 });
    expect(web?.results[0]).toMatchObject({
      result: 'error',
      message: expect.stringContaining('500') as string,
    });
  });

  test('refuses --store with a part of the policies before any request', async () => {
    await cluster.auditLog.reset();
    const { code, stderr } = await store('--policy', 'x');
    expect(code).toBe(2);
    expect(stderr).toContain('[AS-2013]');
    expect(await world.apiRequests()).toEqual({});
  });
});
