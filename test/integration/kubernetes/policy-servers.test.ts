import { expect, it } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import { createPolicyServerResolver } from '../../../src/sources/kubernetes/policy-servers.ts';
import {
  clientOf,
  connectionTo,
  errorOf,
  type Handler,
  never,
  sendJson,
  sendStatus,
  startServer,
} from './loopback.ts';

async function setUp(handle: Handler, policyServerUrl?: URL) {
  const server = await startServer(handle);
  const client = clientOf(connectionTo(server.url));
  return {
    server,
    resolver: createPolicyServerResolver(client, { kubewardenNamespace: 'kubewarden', policyServerUrl }),
  };
}

const service = (name: string, instance: string, ports: unknown): object => ({
  metadata: { name, labels: { 'app.kubernetes.io/instance': `policy-server-${instance}` } },
  spec: { ports },
});

const https = [
  { name: 'policy-server', port: 8443 },
  { name: 'metrics', port: 8080 },
];

const cluster: Handler = (request, response) => {
  const items = request.path.endsWith('/policyservers')
    ? ['default', 'two', 'none', 'portless', 'null-ports'].map((name) => ({ metadata: { name } }))
    : [
        service('policy-server-default', 'default', https),
        service('a', 'two', https),
        service('b', 'two', https),
        service('c', 'portless', []),
        service('d', 'null-ports', null),
        service('e', 'unknown', https),
      ];
  sendJson(response, { metadata: {}, items });
};

function describeOutcome(outcome: URL | AuditError): string {
  return outcome instanceof AuditError ? `${outcome.code} ${outcome.message}` : outcome.href;
}

it('finds the first port of the one Service of a policy server, with two requests in all', async () => {
  const { server, resolver } = await setUp(cluster);

  const urlOf = await resolver.resolve(never);

  expect(describeOutcome(urlOf('default'))).toBe('https://policy-server-default.kubewarden.svc:8443/');
  expect(server.requests.toSorted()).toEqual([
    'GET /api/v1/namespaces/kubewarden/services?labelSelector=app.kubernetes.io%2Finstance&limit=500',
    'GET /apis/policies.kubewarden.io/v1/policyservers?limit=500',
  ]);
});

it.each([
  ['missing', 'there is no PolicyServer "missing"'],
  ['unknown', 'there is no PolicyServer "unknown"'],
  [
    'none',
    'there is no Service with the label app.kubernetes.io/instance=policy-server-none in namespace "kubewarden"',
  ],
  [
    'two',
    'there are 2 Services with the label app.kubernetes.io/instance=policy-server-two in namespace "kubewarden", but there must be exactly one',
  ],
  ['portless', 'its Service "c" has no port'],
  ['null-ports', 'its Service "d" has no port'],
])('says what is missing for policy server %s', async (name, why) => {
  const { resolver } = await setUp(cluster);

  const urlOf = await resolver.resolve(never);

  expect(describeOutcome(urlOf(name))).toBe(
    `AS-4102 cannot determine the address of policy server "${name}": ${why}`,
  );
});

it('gives the reason for every name when the cluster cannot be asked', async () => {
  const { resolver } = await setUp((request, response) => {
    if (request.path.endsWith('/services')) sendStatus(response, 403);
    else sendJson(response, { metadata: {}, items: [] });
  });

  const urlOf = await resolver.resolve(never);

  expect(describeOutcome(urlOf('default'))).toBe(
    'AS-4102 cannot determine the address of policy server "default": "tester" is not allowed to list services in namespace "kubewarden"',
  );
});

it('rejects when it is interrupted', async () => {
  const stop = new AbortController();
  const { resolver } = await setUp(() => {
    stop.abort();
  });

  expect(await errorOf(resolver.resolve(stop.signal))).toMatchObject({ code: 'AS-1003' });
});

it.each([
  ['https://localhost:3000', 'https://localhost:3000/'],
  ['https://localhost:3000/', 'https://localhost:3000/'],
  ['https://localhost:3000/base//', 'https://localhost:3000/base'],
])('uses %s for every policy server without asking the cluster', async (given, expected) => {
  const { server, resolver } = await setUp(cluster, new URL(given));

  const urlOf = await resolver.resolve(never);

  expect([describeOutcome(urlOf('default')), describeOutcome(urlOf('missing'))]).toEqual([
    expected,
    expected,
  ]);
  expect(server.requests).toEqual([]);
});

it('says that the namespace of Kubewarden does not exist, and which one may be meant', async () => {
  const { resolver } = await setUp((request, response) => {
    const names = ['default', 'kubewarde', 'cattle-kubewarden-system'];
    const items = {
      '/api/v1/namespaces': names.map((name) => ({ metadata: { name } })),
      '/apis/policies.kubewarden.io/v1/policyservers': [{ metadata: { name: 'default' } }],
    }[request.path];
    sendJson(response, { metadata: {}, items: items ?? [] });
  });

  const outcome = (await resolver.resolve(never))('default');

  expect(outcome).toMatchObject({
    code: 'AS-4102',
    message:
      'cannot determine the address of policy server "default": there is no namespace "kubewarden", in which to look for Kubewarden (--kubewarden-namespace)',
    facts: ['It may be: kubewarde, cattle-kubewarden-system'],
  });
});

it('speaks of Services only where the namespace is there, or nobody may look', async () => {
  for (const status of [200, 403]) {
    const { resolver } = await setUp((request, response) => {
      const items = request.path.endsWith('/services')
        ? []
        : ['default', 'kubewarden'].map((name) => ({ metadata: { name } }));
      if (request.path === '/api/v1/namespaces' && status !== 200) sendStatus(response, status);
      else sendJson(response, { metadata: {}, items });
    });
    expect(describeOutcome((await resolver.resolve(never))('default'))).toContain(
      'there is no Service with the label',
    );
  }
});
