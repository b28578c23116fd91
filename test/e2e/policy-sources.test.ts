import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAccount, grantRoles, type Role, revokeRoles } from '../support/cluster/grants.ts';
import {
  aClusterAdmissionPolicy,
  anAdmissionPolicy,
  aPod,
  aPolicyServer,
  type PolicyOptions,
} from '../support/cluster/objects.ts';
import { exampleModule, requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Document = {
  complete: boolean;
  results: { result: string; policy: { name: string }; resource: { name: string }; message: string }[];
};

function rows(stdout: string): string[] {
  const { results } = JSON.parse(stdout) as Document;
  return results.map(({ resource, policy, result }) => `${resource.name} ${policy.name} ${result}`).sort();
}

const all = ['-o', 'json', '--show', 'all'];

describeOnCluster('where policies come from', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
    await world.apply([
      aPod(world.namespace, 'good', { labels: { owner: 'team-a' } }),
      aPod(world.namespace, 'bad', { privileged: true }),
    ]);
  });
  afterEach(() => world.close());

  /** A policy of the cluster-wide kind that is about this world only. */
  function here(name: string, options: PolicyOptions): ApiObject {
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } };
    return aClusterAdmissionPolicy(name, { namespaceSelector, ...options });
  }

  test('policies of files are asked about the objects of the cluster, and nothing is written', async () => {
    const policies = await world.writeFile('new.json', [here('owned', requiring('owner'))]);
    await cluster.auditLog.reset();
    const { code, stdout, stderr } = await world.run([
      'scan',
      '-n',
      world.namespace,
      '--policies',
      policies,
      ...all,
    ]);
    expect(rows(stdout)).toEqual(['bad owned fail', 'good owned pass']);
    expect(stderr).toMatch(
      /Scanning context .* with the policies of .*new\.json, read-only, evaluating them here\n/,
    );
    expect(code).toBe(1);
    const verbs = Object.keys(await world.apiRequests()).map((request) => request.split(' ')[0]);
    expect(new Set(verbs)).toEqual(new Set(['get', 'list']));
  });

  test('with them, installed ones are asked about objects that lie in files', async () => {
    const { namespace } = world;
    await world.apply([
      here('owned', requiring('owner')),
      anAdmissionPolicy('unprivileged', { namespace, module: exampleModule('no-privileged') }),
      anAdmissionPolicy('pending', { namespace, status: 'pending' }),
    ]);
    const pods = await world.writeFile('pods.json', [aPod(namespace, 'later', { privileged: true })]);
    const { code, stdout, stderr } = await world.run(['scan', pods, '--policies', 'cluster', ...all]);
    expect(rows(stdout)).toEqual(['later owned fail', 'later unprivileged fail']);
    expect(stderr).toMatch(/Scanning .*pods\.json with the policies of the cluster, and facts of context/);
    expect(code).toBe(1);
    const both = await world.writeFile('both.json', [
      here('owned', requiring('team')),
      here('new', requiring('x')),
    ]);
    const mixed = await world.run(['scan', pods, '--policies', 'cluster', '--policies', both, ...all]);
    expect(rows(mixed.stdout)).toEqual(['later new fail', 'later owned fail', 'later unprivileged fail']);
    expect(mixed.stdout).toContain('the label team must be set');
    expect(mixed.stderr).toContain('ClusterAdmissionPolicy/owned of a file replaces the installed one');
  });

  test('an installed one whose terms cannot be read is not run, and the scan is incomplete', async () => {
    const { namespace } = world;
    const [strict] = aPolicyServer('strict-files');
    await cluster.apply([{ ...strict!, spec: { ...(strict!['spec'] as object), imagePullSecret: 'login' } }]);
    await world.apply([
      anAdmissionPolicy('pulled', { namespace, policyServer: 'strict-files', ...requiring('owner') }),
      anAdmissionPolicy('owned', { namespace, ...requiring('owner') }),
    ]);
    const pods = await world.writeFile('pods.json', [aPod(namespace, 'later')]);
    const { code, stdout, stderr } = await world.run([
      ...['scan', pods, '--policies', 'cluster', '--fail-on', 'never', ...all],
    ]);
    expect(rows(stdout)).toEqual(['later owned fail', 'later pulled error']);
    expect(stderr).toMatch(/Secret kubewarden\/login cannot be read.*AS-4303/s);
    expect(code).toBe(3);
    await cluster.request('DELETE', '/apis/policies.kubewarden.io/v1/policyservers/strict-files');
  });

  test('a broken one beside others is reported, and the others are asked', async () => {
    const broken = here('broken', { mode: 'sometimes' as 'monitor' });
    const lost = here('lost', { module: 'file:///nowhere.wasm' });
    const policies = await world.writeFile('new.json', [here('owned', requiring('owner')), broken, lost]);
    const { code, stdout, stderr } = await world.run([
      ...['scan', '-n', world.namespace, '--policies', policies, '--fail-on', 'never', ...all],
    ]);
    expect(rows(stdout)).toEqual(
      expect.arrayContaining(['bad owned fail', 'good owned pass', 'bad lost error']),
    );
    expect(stderr).toContain('ClusterAdmissionPolicy/broken is malformed: spec.mode');
    expect(code).toBe(3);
  });

  test('policies of the cluster that may not be listed are no policies that there are none of', async () => {
    const { user, env } = await anAccount(cluster, world.namespace, 'stranger');
    const pods = await world.writeFile('pods.json', [aPod(world.namespace, 'later')]);
    const refused = await world.run(['scan', pods, '--policies', 'cluster'], { env });
    expect(refused.stderr).toMatch(new RegExp(`${user}.*cannot list|not allowed.*AS-3101`, 's'));
    expect(refused.code).toBe(4);
    const nowhere = await world.run(['scan', pods, '--policies', 'cluster'], {
      env: { KUBECONFIG: '/none' },
    });
    expect(nowhere.stderr).toMatch(/AS-300\d/);
    expect(nowhere.code).toBe(4);
  });

  test('who may list the objects needs no right to anything of Kubewarden', async () => {
    const { namespace } = world;
    const { env } = await anAccount(cluster, namespace, 'reader');
    const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace }];
    const metadata = { name: 'reader', namespace };
    const roles: Role[] = [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata,
        rules: [
          { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
          { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        subjects,
        roleRef: { kind: 'Role', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' },
      },
    ];
    await grantRoles(cluster, roles);
    const policies = await world.writeFile('new.json', [
      anAdmissionPolicy('owned', { namespace, ...requiring('owner') }),
    ]);
    const { stdout } = await world.run(['scan', '-n', namespace, '--policies', policies, ...all], { env });
    expect(rows(stdout)).toEqual(['bad owned fail', 'good owned pass']);
    await revokeRoles(cluster, roles);
  });
});
