import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCertificateAuthority } from '../support/certificates.ts';
import {
  aClusterAdmissionPolicy,
  aConfigMap,
  aNetworkPolicy,
  anAdmissionPolicy,
  aPod,
} from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Document = {
  complete: boolean;
  incomplete: { code: string; message: string; count: number; scope: Record<string, string> }[];
  summary: Record<string, number>;
  gate: { passed: boolean; exitCode: number; violations: number };
  results: { result: string; policy: { name: string }; resource: { name: string }; message: string }[];
};

function parse(stdout: string): Document {
  return JSON.parse(stdout) as Document;
}

function rows({ results }: Document) {
  return results.map(({ resource, policy, result }) => `${resource.name} ${policy.name} ${result}`).sort();
}

describeOnCluster('scan of a live cluster', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
  });
  afterEach(() => world.close());

  test('shows the findings grouped by resource, and the verdict on the last line', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('picky', { namespace, severity: 'high', ...requiring('owner') }),
      aPod(namespace, 'good', { labels: { owner: 'team-a' } }),
      aPod(namespace, 'bad'),
    ]);
    const { code, stdout, stderr } = await world.scan(['-n', namespace, '--load', 'normal']);
    expect(stdout).toBe(
      [
        `${namespace}  pods/bad`,
        '  HIGH      fail   picky  the label owner must be set',
        '',
        `2 resources, 1 audited policy, 2 evaluations in ${/in ([\d.]+s)/.exec(stdout)?.[1] ?? ''}`,
        '  pass 1   fail 1 (1 high)   error 0',
        '  looked at: 1 namespace, 1 resource type: 1 check in full',
        '  load: normal, at most 100 evaluations in flight',
        / {4}policy server https:.*: up to [12], [12] at the end/.exec(stdout)?.[0],
        'FAILED: 1 violation at or above "any" (1 high). Exit code 1.',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/^Scanning context .* \(https:\/\/127\.0\.0\.1:\d+\) as admin, read-only\n$/);
    expect(code).toBe(1);
  });

  test('says once that connections cannot be balanced to an address that is no Service', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('here', { namespace }),
      anAdmissionPolicy('too', { namespace }),
      aPod(namespace, 'one'),
    ]);
    const { code, stdout, stderr } = await world.scan([
      ...['-n', namespace, '--connections', 'balanced', '-o', 'json'],
    ]);
    expect(stderr.match(/AS-4115/g)).toHaveLength(1);
    expect(stderr).toContain('each evaluation opens a connection of its own to policy server "default"');
    expect(parse(stdout)).toMatchObject({
      complete: true,
      summary: { evaluations: 2 },
      connections: [
        {
          policyServer: 'default',
          mode: 'per-request',
          endpoints: 0,
          reason: '--policy-server-url names an address, but only a Service has endpoints',
        },
      ],
    });
    expect(code).toBe(0);
  });

  test('warns of a client certificate that ends soon, days before it does (W39)', async () => {
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('here', { namespace }), aPod(namespace, 'one')]);
    const authority = await createCertificateAuthority();
    const notAfter = new Date(Date.now() + 10.5 * 24 * 60 * 60 * 1000);
    const { cert, key } = await authority.issueClient('audit-scanner', { notAfter });
    const [certPath, keyPath] = ['crt', 'key'].map((end) =>
      join(cluster.directory, `${namespace}.${end}`),
    ) as [string, string];
    await Promise.all([writeFile(certPath, cert), writeFile(keyPath, key)]);
    const flags = ['-n', namespace, '--client-cert', certPath, '--client-key', keyPath];
    const { code, stderr } = await world.scan(flags);
    expect(stderr).toContain(
      `the client certificate for policy servers expires in 10 days, on ${notAfter.toISOString().slice(0, 10)}`,
    );
    expect(code).toBe(0);
  });

  test('writes nothing to the cluster and lists each thing once (W25)', async () => {
    const { namespace } = world;
    await world.apply([
      aClusterAdmissionPolicy('everywhere', { targets: ['v1/pods', 'v1/configmaps'] }),
      anAdmissionPolicy('here', { namespace }),
      aPod(namespace, 'one'),
    ]);
    await cluster.auditLog.reset();
    const { code } = await world.scan(['-o', 'json']);
    expect(code).toBe(0);
    expect(await world.apiRequests()).toEqual({
      'list admissionpolicies.policies.kubewarden.io': 1,
      'list admissionpolicygroups.policies.kubewarden.io': 1,
      'list clusteradmissionpolicies.policies.kubewarden.io': 1,
      'list clusteradmissionpolicygroups.policies.kubewarden.io': 1,
      'list configmaps': 1,
      'list namespaces': 1,
      'list pods': 1,
    });
  });

  test('passes each object to the policy exactly as the API server stores it', async () => {
    const { namespace } = world;
    const exact = '9007199254740993';
    await world.apply([
      anAdmissionPolicy('all', {
        namespace,
        targets: ['networking.k8s.io/v1/networkpolicies', 'v1/configmaps', 'v1/pods'],
      }),
      aNetworkPolicy(namespace, 'web', 'ingress'),
      aConfigMap(namespace, 'text', { quote: '"\\', text: 'a\u2028b <&> é 😀', number: '1.0' }),
      {
        ...aPod(namespace, 'numbers'),
        spec: {
          containers: [{ name: 'c', image: 'i' }],
          activeDeadlineSeconds: 1,
          runtimeClassName: undefined,
        },
      },
    ]);
    await cluster.request('PATCH', `/api/v1/namespaces/${namespace}/pods/numbers`, {
      metadata: { annotations: { exact } },
    });
    await world.scan(['-n', namespace]);
    const recorded = new Map(
      world.policyServer.recorded.map(({ body }) => {
        const { request } = JSON.parse(body) as {
          request: { name: string; object: Record<string, unknown> };
        };
        return [request.name, { body, object: request.object }];
      }),
    );
    const raw = await cluster.request<{ spec: { ingress: object[] } }>(
      'GET',
      `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/web`,
    );
    expect(recorded.get('web')?.object).toEqual(raw);
    expect(recorded.get('web')?.body).toContain('"ingress":[{"from":[{"namespaceSelector"');
    const map = await cluster.request('GET', `/api/v1/namespaces/${namespace}/configmaps/text`);
    expect(recorded.get('text')?.object).toEqual(map);
    expect(recorded.get('text')?.body).toContain('"apiVersion":"v1","kind":"ConfigMap"');
  });

  test('keeps 64-bit integers and floats of custom resources to the digit', async () => {
    const { namespace } = world;
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'exacts.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Exact', plural: 'exacts', singular: 'exact' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    await cluster.apply([definition]);
    const path = `/apis/example.com/v1/namespaces/${namespace}/exacts`;
    await expect
      .poll(
        () =>
          cluster.request('GET', path).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await fetchRaw(
      world,
      path,
      '{"apiVersion":"example.com/v1","kind":"Exact","metadata":{"name":"n"},"big":9007199254740993,"float":1.5e10}',
    );
    await world.apply([anAdmissionPolicy('exact', { namespace, targets: ['example.com/v1/exacts'] })]);
    const { code, stderr } = await world.scan(['-n', namespace]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(world.policyServer.recorded[0]?.body).toContain('"big":9007199254740993');
    await cluster.request(
      'DELETE',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/exacts.example.com',
    );
  });

  test('joins the results of policies on two versions of one object in one finding list', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('old-picky', {
        namespace,
        targets: ['autoscaling/v1/horizontalpodautoscalers'],
        ...requiring('owner'),
      }),
      anAdmissionPolicy('new-picky', {
        namespace,
        targets: ['autoscaling/v2/horizontalpodautoscalers'],
        ...requiring('owner'),
      }),
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'bad', namespace },
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } },
      },
    ]);
    const { stdout } = await world.scan(['-n', namespace, '-o', 'json']);
    expect(rows(parse(stdout))).toEqual(['bad new-picky fail', 'bad old-picky fail']);
    const versions = world.policyServer.recorded.map(
      ({ body }) =>
        (JSON.parse(body) as { request: { object: { apiVersion: string } } }).request.object.apiVersion,
    );
    expect(versions.sort()).toEqual(['autoscaling/v1', 'autoscaling/v2']);
  });

  test('says what was not looked at when the policy server dies in the middle, and exits with 3', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('calm', { namespace }),
      ...Array.from({ length: 12 }, (_, index) => aPod(namespace, `pod-${index}`)),
    ]);
    let asked = 0;
    world.policyServer.answer = async (...question) => {
      asked += 1;
      if (asked === 4) await world.policyServer.stop();
      return world.policyServer.engineAnswer(...question);
    };
    const { code, stdout } = await world.scan(['-n', namespace, '-o', 'json', '--concurrency', '1']);
    const document = parse(stdout);
    expect(document.summary['pass']).toBe(3);
    expect(document.summary['error']).toBe(9);
    expect(document.complete).toBe(false);
    expect(document.incomplete).toMatchObject([{ code: 'AS-4101', count: 9 }]);
    expect(document.incomplete[0]?.message).toContain('policy server "default"');
    expect(code).toBe(3);
  });

  test('exits with 3 and names the type when a list is forbidden, though findings elsewhere are shown (W34)', async () => {
    const { namespace } = world;
    const token = await cluster.createServiceAccountToken(namespace, 'weak');
    const user = `system:serviceaccount:${namespace}:weak`;
    await cluster.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: `weak-${namespace}` },
        rules: [
          { apiGroups: ['policies.kubewarden.io'], resources: ['*'], verbs: ['list'] },
          { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list'] },
          { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
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
    await world.apply([
      anAdmissionPolicy('both', { namespace, targets: ['v1/pods', 'v1/secrets'] }),
      aPod(namespace, 'one'),
    ]);
    const kubeconfig = await cluster.kubeconfigFor({ name: user, token });
    const { code, stdout } = await world.scan(['-n', namespace, '-o', 'json'], {
      env: { KUBECONFIG: kubeconfig },
    });
    const document = parse(stdout);
    expect(document.summary).toMatchObject({ pass: 1, fail: 0, error: 0 });
    expect(document.incomplete).toMatchObject([
      {
        code: 'AS-3101',
        scope: { resource: 'secrets', namespace },
        message: expect.stringContaining(user) as string,
      },
    ]);
    expect(code).toBe(3);
  });

  test('streams jsonl to a file, and the summary to stdout', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('picky', { namespace, ...requiring('owner') }),
      aPod(namespace, 'bad'),
      aPod(namespace, 'good', { labels: { owner: 'team-a' } }),
    ]);
    const { stdout } = await world.scan(['-n', namespace, '-o', 'jsonl', '--show', 'all']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; result?: string });
    expect(lines.map(({ kind, result }) => [kind, result]).sort()).toEqual([
      ['Result', 'fail'],
      ['Result', 'pass'],
      ['Summary', undefined],
    ]);
    expect(lines.at(-1)?.kind).toBe('Summary');
  });

  test('a namespace that does not exist is exit code 2, nothing to scan too', async () => {
    const unknown = await world.scan(['-n', 'paymets']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('error: namespace "paymets" does not exist');
    expect(unknown.stderr).toContain('[AS-2011]');
    const empty = await world.scan(['-n', world.namespace]);
    expect(empty).toMatchObject({ code: 2, stdout: '' });
    expect(empty.stderr).toContain('[AS-2012]');
  });
});

/** Creates an object from exactly this text: the harness would round its numbers. */
async function fetchRaw({ cluster }: World, path: string, body: string): Promise<void> {
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent({ connect: { ca: cluster.certificateAuthority } });
  const headers = { authorization: `Bearer ${cluster.adminToken}`, 'content-type': 'application/json' };
  const { statusCode } = await request(`${cluster.server}${path}`, {
    dispatcher,
    method: 'POST',
    headers,
    body,
  });
  await dispatcher.close();
  expect(statusCode).toBe(201);
}
