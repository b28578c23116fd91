import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAccount, grantRoles, parseRoles, type Role, revokeRoles } from '../support/cluster/grants.ts';
import { aClusterAdmissionPolicy, aConfigMap, anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

/** Binds the ClusterRole of the same name in one namespace. */
function aBinding(namespace: string, name: string, user: string): ApiObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
}

describeOnCluster('audit-scanner rbac', () => {
  const cluster = sharedCluster();
  let world: World;
  let granted: Role[] = [];

  beforeEach(async () => {
    world = await World.create(cluster);
    granted = [];
  });
  afterEach(async () => {
    await revokeRoles(cluster, granted);
    await world.close();
  });

  async function grant(yaml: string): Promise<void> {
    const roles = parseRoles(yaml);
    granted.push(...roles);
    await grantRoles(cluster, roles);
  }

  test('lists exactly what the audited policies are about, grouped by API group, and changes nothing', async () => {
    await world.apply([
      aClusterAdmissionPolicy('one', { targets: ['v1/secrets', 'v1/pods', 'apps/v1/deployments'] }),
      anAdmissionPolicy('two', { namespace: world.namespace, targets: ['v1/configmaps'] }),
      aClusterAdmissionPolicy('off', { backgroundAudit: false, targets: ['v1/services'] }),
    ]);
    await cluster.auditLog.reset();
    const { code, stdout, stderr } = await world.run(['rbac']);
    expect([code, stderr]).toEqual([0, '']);
    expect(parseRoles(stdout).map(({ kind, metadata, rules }) => ({ kind, metadata, rules }))).toMatchObject([
      {
        kind: 'ClusterRole',
        metadata: { name: 'audit-scanner' },
        rules: [
          { apiGroups: [''], resources: ['configmaps', 'namespaces', 'pods', 'secrets'], verbs: ['list'] },
          { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] },
          {
            apiGroups: ['policies.kubewarden.io'],
            resources: [
              'admissionpolicies',
              'admissionpolicygroups',
              'clusteradmissionpolicies',
              'clusteradmissionpolicygroups',
              'policyservers',
            ],
            verbs: ['list'],
          },
        ],
      },
      { kind: 'ClusterRoleBinding' },
      {
        kind: 'Role',
        metadata: { name: 'audit-scanner', namespace: 'kubewarden' },
        rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }],
      },
      { kind: 'RoleBinding', metadata: { namespace: 'kubewarden' } },
    ]);
    expect(stdout).toContain('# This includes Secrets: anyone who can list them can read them.\n');
    expect((await world.run(['rbac'])).stdout).toBe(stdout);
    const verbs = Object.keys(await world.apiRequests()).map((request) => request.split(' ')[0]);
    expect([...new Set(verbs)]).toEqual(['list']);
  });

  test.each(['openreports', 'policyreport'])(
    'what it prints is enough to scan and store %s as that service account',
    async (kind) => {
      const { namespace } = world;
      await world.apply([
        aClusterAdmissionPolicy('pods', { targets: ['v1/pods', 'v1/secrets', 'v1/namespaces'] }),
        anAdmissionPolicy('maps', { namespace, targets: ['v1/configmaps'] }),
        aPod(namespace, 'web'),
        aConfigMap(namespace, 'map'),
      ]);
      const { env } = await anAccount(cluster, world.namespace, 'auditor');
      const store = ['--store', '--report-kind', kind];
      const before = await world.scan(store, { env });
      expect(before.code).toBe(4);
      expect(before.stderr).toContain(
        `Try: audit-scanner rbac --missing --as system:serviceaccount:${namespace}:auditor | kubectl apply -f -`,
      );

      await grant((await world.run(['rbac', ...store, '--service-account', `${namespace}/auditor`])).stdout);
      const { code, stdout } = await world.scan([...store, '-o', 'json'], { env });
      expect(JSON.parse(stdout)).toMatchObject({ complete: true, incomplete: [] });
      expect(code).toBe(0);
      // Also once everything is stored already, and without the policy servers of the flags.
      expect((await world.scan(store, { env })).code).toBe(0);
      expect((await world.run(['policies'], { env })).code).toBe(0);

      const nothing = await world.run(['rbac', '--missing', ...store], { env });
      expect(nothing).toEqual({
        code: 0,
        stdout: '',
        stderr: `nothing is missing: "${namespace}/auditor" has all permissions that this scan is known to need\n`,
      });
    },
  );

  test('--missing prints only what the user lacks, for that user, and never takes anything away', async () => {
    const { namespace } = world;
    await world.apply([aClusterAdmissionPolicy('pods', { targets: ['v1/pods', 'v1/secrets'] })]);
    const { user, env } = await anAccount(cluster, world.namespace, 'weak');

    // Nothing may be listed yet, so what the policies need is not known: it says so.
    const first = await world.run(['rbac', '--missing'], { env });
    expect(first.code).toBe(3);
    expect(first.stderr).toMatch(/^warning: listing the policies is forbidden, .* \[AS-3101\]\n/);
    expect(first.stdout).not.toContain('"pods"');
    await grant(first.stdout);

    const second = await world.run(['rbac', '--missing'], { env });
    expect([second.code, second.stderr]).toEqual([0, '']);
    const [role, binding, ...more] = parseRoles(second.stdout);
    expect(more).toEqual([]);
    expect(role?.rules).toEqual([{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['list'] }]);
    expect(role?.metadata.name).not.toBe(parseRoles(first.stdout)[0]?.metadata.name);
    expect(binding).toMatchObject({ subjects: [{ kind: 'ServiceAccount', namespace, name: 'weak' }] });

    // Somebody who may impersonate sees the same.
    expect(await world.run(['rbac', '--missing', '--as', user])).toEqual(second);
    await grant(second.stdout);
    expect((await world.run(['rbac', '--missing'], { env })).stdout).toBe('');
    expect((await world.scan(['-o', 'json'], { env })).stderr).not.toContain('AS-3101');
  });

  test('with -n, rights in that namespace are asked for and are enough', async () => {
    const { namespace } = world;
    await world.apply([aClusterAdmissionPolicy('pods'), aPod(namespace, 'web')]);
    const { env } = await anAccount(cluster, world.namespace, 'local');
    await grant(
      (await world.run(['rbac', '-n', namespace, '--service-account', `${namespace}/local`])).stdout,
    );
    expect(granted.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['ClusterRole', undefined],
      ['ClusterRoleBinding', undefined],
      ['Role', 'kubewarden'],
      ['RoleBinding', 'kubewarden'],
      ['Role', namespace],
      ['RoleBinding', namespace],
    ]);
    expect((await world.scan(['-n', namespace], { env })).code).toBe(0);
    expect((await world.run(['rbac', '--missing', '-n', namespace], { env })).stdout).toBe('');
  });

  test('with --policies it is about those of files, and only where asked about the installed ones too', async () => {
    const { namespace } = world;
    await world.apply([
      aClusterAdmissionPolicy('secrets', { targets: ['v1/secrets'] }),
      aPod(namespace, 'web'),
    ]);
    const file = await world.writeFile('new.json', [
      aClusterAdmissionPolicy('labels', { targets: ['v1/pods'], ...requiring('owner') }),
    ]);
    const rulesOf = (yaml: string): string => JSON.stringify(parseRoles(yaml).map(({ rules }) => rules));
    const { code, stdout, stderr } = await world.run([
      ...['rbac', '--policies', file, '--service-account', `${namespace}/previewer`],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(rulesOf(stdout)).not.toMatch(/policies.kubewarden.io|secrets/);

    const { env } = await anAccount(cluster, namespace, 'previewer');
    await grant(stdout);
    const scan = ['scan', '--policies', file, '-o', 'json'];
    expect(JSON.parse((await world.run(scan, { env })).stdout)).toMatchObject({ complete: true });
    expect((await world.run(['preview', file], { env })).code).toBe(4);

    const both = await world.run(['rbac', '--policies', file, '--policies', 'cluster']);
    expect(rulesOf(both.stdout)).toMatch(/secrets.*clusteradmissionpolicies.*policyservers/s);
  });

  test('rights in every namespace stand for those in the cluster, as in the scan', async () => {
    const { namespace } = world;
    await world.apply([aClusterAdmissionPolicy('pods'), aPod(namespace, 'web')]);
    const { user, env } = await anAccount(cluster, world.namespace, 'everywhere');
    const { stdout } = await world.run(['rbac', '--service-account', `${namespace}/everywhere`]);
    await grant(stdout.replace(', "pods"', ''));
    expect((await world.run(['rbac', '--missing'], { env })).stdout).toContain('resources: ["pods"]');
    await cluster.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: `pods-${namespace}` },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
      },
    ]);
    // In a namespace that is being deleted nothing can be granted any more.
    const ending: string[] = [];
    const { items } = await cluster.request<{ items: ApiObject[] }>('GET', '/api/v1/namespaces');
    for (const { metadata } of items) {
      if (metadata['deletionTimestamp'] !== undefined) ending.push('--exclude-namespaces', metadata.name);
      else await cluster.apply([aBinding(metadata.name, `pods-${namespace}`, user)]);
    }
    expect(await world.run(['rbac', '--missing', ...ending], { env })).toMatchObject({ code: 0, stdout: '' });
    expect((await world.scan(['-o', 'json', ...ending], { env })).code).toBe(0);
  });
});
