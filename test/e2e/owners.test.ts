import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAccount } from '../support/cluster/grants.ts';
import { anAdmissionPolicy, aPod, aWorkload } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Result = {
  readonly resource: { readonly name: string };
  readonly owner?: { readonly resource: string; readonly name: string; readonly isCertain: boolean };
};

function owners(stdout: string): Record<string, string | undefined> {
  const { results } = JSON.parse(stdout) as { readonly results: readonly Result[] };
  return Object.fromEntries(
    results.map(({ resource, owner }) => [
      resource.name,
      owner && `${owner.resource}/${owner.name}${owner.isCertain ? '' : ' (?)'}`,
    ]),
  );
}

describeOnCluster('owners in a live cluster', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('picky', { namespace, ...requiring('owner') })]);
  });
  afterEach(() => world.close());

  async function create(object: ApiObject): Promise<ApiObject> {
    const [created] = await world.apply([object]);
    return created!;
  }

  /** Deployment web -> ReplicaSet web-1 -> Pods, of which one is good, and a Pod of nobody. */
  async function createChain(): Promise<void> {
    const { namespace } = world;
    const deployment = await create(aWorkload('Deployment', `${namespace}/web`));
    const owner = await create(aWorkload('ReplicaSet', `${namespace}/web-1`, deployment));
    await world.apply([
      aPod(namespace, 'web-a', { owner }),
      aPod(namespace, 'web-b', { owner }),
      aPod(namespace, 'bare'),
      aPod(namespace, 'good', { owner, labels: { owner: 'team-a' } }),
    ]);
  }

  test('are found with one LIST of each type, and only for who wants to see them', async () => {
    await createChain();
    const { namespace } = world;
    await cluster.auditLog.reset();
    const { stdout, stderr } = await world.scan(['-n', namespace, '-o', 'json', '--show', 'all']);
    expect(owners(stdout)).toEqual({
      'web-a': 'deployments.apps/web',
      'web-b': 'deployments.apps/web',
      bare: undefined,
      good: undefined,
    });
    expect(stderr).not.toContain('who owns');
    expect(await world.apiRequests()).toMatchObject({
      'list deployments.apps': 1,
      'list replicasets.apps': 1,
    });

    await cluster.auditLog.reset();
    await world.scan(['-n', namespace, '-q']);
    await world.scan(['-n', namespace, '-o', 'junit']);
    await world.dropIn(['-n', namespace, '--disable-store']);
    expect(Object.keys(await world.apiRequests())).not.toContain('list replicasets.apps');
  });

  test('stand for their Pods in the table, while the gate counts each', async () => {
    await createChain();
    const { namespace } = world;
    const { stdout } = await world.scan(['-n', namespace]);
    expect(stdout).toContain(`${namespace}  deployments.apps/web · 2 Pods\n`);
    expect(stdout).toContain(`${namespace}  pods/bare\n`);
    expect(stdout).toContain(
      '2 objects shown as 1 owner (--no-roll-up shows each); counts are per object.\n',
    );
    expect(stdout).toContain('FAILED: 3 violations');
    expect((await world.scan(['-n', namespace, '--no-roll-up'])).stdout).toContain('pods/web-a\n');
  });

  test('are named as far as the user may look, with one notice', async () => {
    await createChain();
    const { namespace } = world;
    const { user, env } = await anAccount(cluster, namespace, 'weak');
    await cluster.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: `weak-${namespace}` },
        rules: [
          { apiGroups: ['policies.kubewarden.io'], resources: ['*'], verbs: ['list'] },
          { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: ['get', 'list'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `weak-${namespace}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `weak-${namespace}` },
        subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
      },
    ]);
    const { code, stdout, stderr } = await world.scan(['-n', namespace, '-o', 'json'], { env });
    expect(owners(stdout)).toEqual({
      'web-a': 'replicasets.apps/web-1 (?)',
      'web-b': 'replicasets.apps/web-1 (?)',
      bare: undefined,
    });
    expect(stderr.match(/the owners of replicasets\.apps are unknown.*\[AS-3101\]/g)).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ complete: true });
    expect(code).toBe(1);
  });
});
