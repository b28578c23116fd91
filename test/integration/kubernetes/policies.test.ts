import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { createKubernetesPolicySource } from '../../../src/sources/kubernetes/policies.ts';
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

function sendList(response: ServerResponse, items: readonly object[], token = ''): void {
  sendJson(response, { metadata: { continue: token }, items });
}

const named = (name: string, spec: object = {}): object => ({ metadata: { name, namespace: 'shop' }, spec });

async function setUp(handle: Handler) {
  const server = await startServer(handle);
  return { server, source: createKubernetesPolicySource(clientOf(connectionTo(server.url))) };
}

it('lists each kind once, page by page, and keeps their order', async () => {
  const { server, source } = await setUp((request, response) => {
    const kind = request.path.split('/').at(-1) ?? '';
    if (kind === 'admissionpolicies' && !request.query.has('continue'))
      sendList(response, [named('first')], 'more');
    else
      setTimeout(
        () => {
          sendList(response, [named(kind)]);
        },
        kind === 'clusteradmissionpolicies' ? 30 : 0,
      );
  });

  const { policies, broken } = await source.list(never);

  expect(policies.map(({ uniqueName }) => uniqueName)).toEqual([
    'clusterwide-clusteradmissionpolicies',
    'clusterwide-group-clusteradmissionpolicygroups',
    'namespaced-shop-first',
    'namespaced-shop-admissionpolicies',
    'namespaced-group-shop-admissionpolicygroups',
  ]);
  expect(broken).toEqual([]);
  expect(server.requests.toSorted()).toEqual([
    'GET /apis/policies.kubewarden.io/v1/admissionpolicies?limit=500',
    'GET /apis/policies.kubewarden.io/v1/admissionpolicies?limit=500&continue=more',
    'GET /apis/policies.kubewarden.io/v1/admissionpolicygroups?limit=500',
    'GET /apis/policies.kubewarden.io/v1/clusteradmissionpolicies?limit=500',
    'GET /apis/policies.kubewarden.io/v1/clusteradmissionpolicygroups?limit=500',
  ]);
});

it('goes on without a policy that is none', async () => {
  const { source } = await setUp((request, response) => {
    const items = request.path.endsWith('/admissionpolicies')
      ? [named('good'), named('bad', { mode: 1 })]
      : [];
    sendList(response, items);
  });

  const { policies, broken } = await source.list(never);

  expect(policies.map(({ name }) => name)).toEqual(['good']);
  expect(broken).toMatchObject([{ name: 'AdmissionPolicy/shop/bad', error: { code: 'AS-4301' } }]);
});

it('takes a kind that is not served for empty', async () => {
  const { source } = await setUp((request, response) => {
    if (request.path.endsWith('groups')) sendStatus(response, 404);
    else sendList(response, [named('a')]);
  });

  expect((await source.list(never)).policies).toHaveLength(2);
});

it('says that Kubewarden is missing when no kind is served', async () => {
  const { server, source } = await setUp((_, response) => {
    sendStatus(response, 404);
  });

  expect(await errorOf(source.list(never))).toMatchObject({
    code: 'AS-3110',
    message: 'Kubewarden is not installed in this cluster',
    facts: [
      `No CustomResourceDefinition clusteradmissionpolicies.policies.kubewarden.io at ${server.url} (context test)`,
    ],
  });
});

it.each([
  [403, 'AS-3101', '"tester" is not allowed to list admissionpolicies.policies.kubewarden.io'],
  [400, 'AS-3103', 'cannot list admissionpolicies.policies.kubewarden.io: '],
])('does not go on without a kind that cannot be read (%d)', async (status, code, message) => {
  const { source } = await setUp((request, response) => {
    if (request.path.endsWith('/admissionpolicies')) sendStatus(response, status);
    else sendList(response, []);
  });
  const error = await errorOf(source.list(never));

  expect(error.code).toBe(code);
  expect(error.message.startsWith(message)).toBe(true);
});

it('says what is wrong with the connection rather than which list was the first to notice', async () => {
  const { source } = await setUp((_, response) => {
    sendStatus(response, 401);
  });

  expect(await errorOf(source.list(never))).toMatchObject({ code: 'AS-3008' });
});
