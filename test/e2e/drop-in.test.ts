import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseLog } from '../support/cli.ts';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { aClusterAdmissionPolicy, anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

const readVerbs = ['get', 'list', 'watch'];
const reportVerbs136 = ['create', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The chart's ClusterRole, with the verbs that it grants on reports. */
function chartRole(name: string, reportVerbs: readonly string[]): ApiObject {
  const policyKinds = [
    'clusteradmissionpolicies',
    'clusteradmissionpolicygroups',
    'admissionpolicies',
    'admissionpolicygroups',
    'policyservers',
  ];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [
      {
        apiGroups: ['policies.kubewarden.io'],
        resources: policyKinds.flatMap((kind) => [kind, `${kind}/status`]),
        verbs: readVerbs,
      },
      {
        apiGroups: ['wgpolicyk8s.io'],
        resources: ['policyreports', 'clusterpolicyreports'],
        verbs: reportVerbs,
      },
      { apiGroups: ['openreports.io'], resources: ['reports', 'clusterreports'], verbs: reportVerbs },
    ],
  };
}

function binding(name: string, role: string, user: string): ApiObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
  };
}

describeOnCluster("the Go scanner's flags", () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
  });
  afterEach(() => world.close());

  /** The kubeconfig of a ServiceAccount that has the chart's roles and nothing else. */
  async function asChart(reportVerbs: readonly string[]): Promise<string> {
    const name = `chart-${world.namespace}`;
    const token = await cluster.createServiceAccountToken('kubewarden', name);
    const user = `system:serviceaccount:kubewarden:${name}`;
    await cluster.apply([
      chartRole(name, reportVerbs),
      binding(name, name, user),
      binding(`${name}-view`, 'view', user),
    ]);
    return cluster.kubeconfigFor({ name: user, token });
  }

  /** What the chart's CronJob runs, but for the files of its Secrets. */
  function chartArgv(reportKind: string): string[] {
    const skipped = ['cattle-system', 'cert-manager', 'kube-system', 'kube-public', 'kube-node-lease'];
    return [
      ...['--kubewarden-namespace', 'kubewarden', '--loglevel', 'info'],
      ...['--parallel-namespaces', '1', '--parallel-resources', '100', '--parallel-policies', '5'],
      ...['--page-size', '100', '--output-scan'],
      ...skipped.flatMap((name) => ['-i', name]),
      ...['--report-kind', reportKind],
    ];
  }

  test.each(['openreports', 'policyreport'] as const)(
    'the argv of the chart stores %s with the rights of the chart, and exits with 0 whatever it finds',
    async (reportKind) => {
      const { namespace } = world;
      const KUBECONFIG = await asChart([...reportVerbs136, 'delete']);
      await world.apply([
        anAdmissionPolicy('strict', { namespace, ...requiring('owner') }),
        aClusterAdmissionPolicy('off', { backgroundAudit: false }),
        aPod(namespace, 'web'),
      ]);
      const { code, stdout, stderr } = await world.dropIn(chartArgv(reportKind), { env: { KUBECONFIG } });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const plural = reportKind === 'openreports' ? 'reports' : 'policyreports';
      expect((await world.reports(plural))['web']?.summary).toMatchObject({ pass: 0, fail: 1 });

      const lines = parseLog(stdout);
      expect(new Set(lines.map((line) => Object.keys(line).slice(0, 3).join()))).toEqual(
        new Set(['time,level,message']),
      );
      const messages = lines.map(({ message }) => message);
      for (const message of [
        'clusterwide resources scan started',
        'cluster admission policies count',
        'Cluster-wide resources scan finished',
        'all-namespaces scan started',
        'namespace scan started',
        'audit resource',
        'PolicyReport summary',
        'Namespaced resources scan finished',
        'all-namespaces scan finished',
      ]) {
        expect(messages).toContain(message);
      }
      const printed = lines.find(({ message }) => message === 'PolicyReport summary');
      expect(JSON.parse(String(printed?.['report']))).toMatchObject({
        scope: { name: 'web' },
        summary: { fail: 1 },
      });
      expect(lines.find(({ message }) => message === 'policy not audited')).toMatchObject({
        policy: 'clusterwide-off',
        reason: 'backgroundAudit: false',
      });
      expect(lines.at(-1)).toMatchObject({ message: 'audit finished', complete: true, fail: 1 });
    },
  );

  test('removes stale reports with the verbs of 1.36, which lack delete, and says so', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('strict', { namespace, ...requiring('owner') }),
      aPod(namespace, 'web'),
      aPod(namespace, 'gone'),
    ]);
    const KUBECONFIG = await asChart(reportVerbs136);
    await world.dropIn(['-n', namespace], { env: { KUBECONFIG } });
    const stale = (await world.reports())['gone'];
    // The garbage collector would delete the report with its owner, and sooner.
    await cluster.request(
      'PATCH',
      `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${namespace}/policyreports/${stale?.metadata.name}`,
      {
        metadata: { ownerReferences: null },
      },
    );
    await cluster.request('DELETE', `/api/v1/namespaces/${namespace}/pods/gone?gracePeriodSeconds=0`);
    const { code, stdout } = await world.dropIn(['-n', namespace], { env: { KUBECONFIG } });
    expect(code).toBe(0);
    expect(Object.keys(await world.reports())).toEqual(['web']);
    expect(parseLog(stdout).map(({ message }) => message)).toContain(
      'the verb "delete" on policyreports.wgpolicyk8s.io is not granted: stale reports are deleted with "deletecollection" instead',
    );
  });

  test('--disable-store writes and deletes nothing (W2)', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('strict', { namespace, ...requiring('owner') }),
      aPod(namespace, 'web'),
    ]);
    await world.dropIn(['-n', namespace]);
    await world.delete(`/apis/policies.kubewarden.io/v1/namespaces/${namespace}/admissionpolicies/strict`);
    await cluster.auditLog.reset();
    const { code } = await world.dropIn(['-n', namespace, '--disable-store']);
    expect(code).toBe(0);
    const verbs = new Set(Object.keys(await world.apiRequests()).map((key) => key.split(' ')[0]));
    expect([...verbs].sort()).toEqual(['get', 'list']);
    expect(Object.keys(await world.reports())).toEqual(['web']);
  });

  test('legacy PolicyReports go after a complete openreports run, and stay after an incomplete one', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('strict', { namespace, ...requiring('owner') }),
      aPod(namespace, 'web'),
    ]);
    await world.dropIn(['-n', namespace, '--report-kind', 'policyreport']);
    world.policyServer.answer = () => ({ status: 500, body: '{}' });
    const incomplete = await world.dropIn(['-n', namespace, '--report-kind', 'openreports']);
    expect(incomplete.code).toBe(0);
    expect(Object.keys(await world.reports())).toEqual(['web']);
    world.policyServer.answer = world.policyServer.engineAnswer;
    await world.dropIn(['-n', namespace, '--report-kind', 'openreports']);
    expect(await world.reports()).toEqual({});
    expect((await world.reports('reports'))['web']?.summary).toMatchObject({ fail: 1 });
  });

  test('--compat-request sends the Kind where the Go scanner does, the default the plural (W29)', async () => {
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('lax', { namespace }), aPod(namespace, 'web')]);
    const resources: unknown[] = [];
    for (const flags of [[], ['--compat-request']]) {
      await world.dropIn(['-n', namespace, '--disable-store', ...flags]);
      const { body } = world.policyServer.recorded.at(-1) ?? { body: '{}' };
      resources.push(
        (JSON.parse(body) as { request: { resource: { resource: string } } }).request.resource.resource,
      );
    }
    expect(resources).toEqual(['pods', 'Pod']);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    '%s ends the run within seconds, deletes nothing and says what was not scanned (W38)',
    async (signal, expected) => {
      const { namespace } = world;
      await world.apply([
        anAdmissionPolicy('lax', { namespace }),
        ...Array.from({ length: 20 }, (_, index) => aPod(namespace, `pod-${index}`)),
      ]);
      await world.dropIn(['-n', namespace]);
      await world.delete(`/apis/policies.kubewarden.io/v1/namespaces/${namespace}/admissionpolicies/lax`);
      await world.apply([anAdmissionPolicy('slow', { namespace })]);
      world.policyServer.answer = () => ({ fault: 'silence' });
      const { code, stdout } = await world.dropIn(['-n', namespace, '--parallel-resources', '2'], {
        meanwhile: async (cli) => {
          await cli.said('audit resource');
          const before = Date.now();
          cli.kill(signal);
          await cli.said('audit finished');
          expect(Date.now() - before).toBeLessThan(10_000);
        },
      });
      expect(code).toBe(expected);
      expect(Object.keys(await world.reports())).toHaveLength(20);
      const end = parseLog(stdout).at(-1);
      expect(end).toMatchObject({ message: 'audit finished', complete: false, interrupted: true });
      expect(JSON.stringify(end?.['incidents'])).toContain(' before all pods were scanned');
    },
  );

  test('could not start: exit 1, with the reason on stderr', async () => {
    const { code, stderr } = await world.run([...world.serverFlags, '--report-kind', 'nonsense']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "invalid report-kind 'nonsense': supported values are 'openreports' and 'policyreport'",
    );
    const nowhere = await world.run(['-k', 'kubewarden'], { env: { KUBECONFIG: '/nonexistent/config' } });
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain('[AS-3002]');
  });
});
