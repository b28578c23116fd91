import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  aClusterAdmissionPolicy,
  aClusterAdmissionPolicyGroup,
  anAdmissionPolicy,
  aPod,
  aPolicyServer,
} from '../support/cluster/objects.ts';
import { exampleModule, requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Document = {
  complete: boolean;
  policies: { name: string; state: string; reason: string | null }[];
  results: { result: string; policy: { name: string }; resource: { name: string }; message: string }[];
};

function rows(stdout: string): string[] {
  const { results } = JSON.parse(stdout) as Document;
  return results
    .map(({ resource, policy, result, message }) => `${resource.name} ${policy.name} ${result} ${message}`)
    .sort();
}

describeOnCluster('scan of a live cluster with the embedded engine', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('owned', { namespace, severity: 'high', ...requiring('owner') }),
      aClusterAdmissionPolicyGroup('either', {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        expression: 'owned() || unprivileged()',
        message: 'neither owned nor unprivileged',
        members: { owned: requiring('owner'), unprivileged: { module: exampleModule('no-privileged') } },
      }),
      aPod(namespace, 'good', { labels: { owner: 'team-a' } }),
      aPod(namespace, 'bad', { privileged: true }),
    ]);
  });
  afterEach(() => world.close());

  function embedded(...flags: string[]) {
    const scan = ['scan', '--engine', 'embedded', '-n', world.namespace, '-o', 'json', '--show', 'all'];
    return world.run([...scan, ...flags]);
  }

  test('gives the answers that the policy server gives, and asks none', async () => {
    const asked = await world.scan(['-n', world.namespace, '-o', 'json', '--show', 'all']);
    await world.policyServer.stop();
    const { code, stdout, stderr } = await embedded();
    expect(rows(stdout)).toEqual(rows(asked.stdout));
    expect(rows(stdout)).toEqual([
      'bad either fail neither owned nor unprivileged',
      'bad owned fail the label owner must be set',
      'good either pass ',
      'good owned pass ',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Scanning .*, read-only, evaluating its policies here\n/);
  });

  test('runs no policy whose policy server has terms that it cannot keep', async () => {
    const { namespace } = world;
    const [strict] = aPolicyServer('strict');
    await cluster.apply([
      { ...strict!, spec: { ...(strict!['spec'] as object), verificationConfig: 'signatures' } },
    ]);
    await cluster.apply([
      anAdmissionPolicy('signed', { namespace, policyServer: 'strict', ...requiring('owner') }),
      anAdmissionPolicy('orphan', { namespace, policyServer: 'nowhere', ...requiring('owner') }),
    ]);
    const { code, stdout, stderr } = await embedded('--fail-on', 'never');
    const { complete, policies } = JSON.parse(stdout) as Document;
    expect({ code, complete }).toEqual({ code: 3, complete: false });
    const states = Object.fromEntries(
      policies.map(({ name, state, reason }) => [name, `${state} ${reason ?? ''}`]),
    );
    expect(states).toMatchObject({
      owned: 'audited ',
      signed: expect.stringMatching(/^errored .*ConfigMap kubewarden\/signatures cannot be read/) as string,
      orphan: expect.stringMatching(/^errored .*there is no PolicyServer "nowhere"/) as string,
    });
    expect(stderr).toContain('AS-4303');
    await cluster.request('DELETE', '/apis/policies.kubewarden.io/v1/policyservers/strict');
  });

  test('a module that cannot be loaded is one policy that is not audited', async () => {
    const { namespace } = world;
    await cluster.apply([
      anAdmissionPolicy('lost', { namespace, module: 'file:///nowhere/policy.wasm' }),
      aClusterAdmissionPolicy('elsewhere', {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        ...requiring('owner'),
      }),
    ]);
    const { code, stdout, stderr } = await embedded('--fail-on', 'never');
    expect(code).toBe(3);
    expect(rows(stdout)).toContain('bad elsewhere fail the label owner must be set');
    expect(stderr).toContain('it does not exist');
    await cluster.request('DELETE', '/apis/policies.kubewarden.io/v1/clusteradmissionpolicies/elsewhere');
  });
});
