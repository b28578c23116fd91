import { expect, it } from 'vitest';
import { createKubernetesNamespaceSource } from '../../../src/sources/kubernetes/namespaces.ts';
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

async function setUp(handle: Handler) {
  const server = await startServer(handle);
  return { server, source: createKubernetesNamespaceSource(clientOf(connectionTo(server.url))) };
}

it('lists all namespaces with their labels, page by page', async () => {
  const { server, source } = await setUp((request, response) => {
    if (request.query.has('continue'))
      sendJson(response, { metadata: {}, items: [{ metadata: { name: 'b' } }] });
    else
      sendJson(response, {
        metadata: { continue: 'x' },
        items: [{ metadata: { name: 'a', labels: { env: 'prod' } } }],
      });
  });

  expect(await source.list(never)).toEqual([
    { name: 'a', labels: { env: 'prod' } },
    { name: 'b', labels: {} },
  ]);
  expect(server.requests).toEqual([
    'GET /api/v1/namespaces?limit=500',
    'GET /api/v1/namespaces?limit=500&continue=x',
  ]);
});

it('rejects when they cannot be listed (W13)', async () => {
  const { source } = await setUp((_, response) => {
    sendStatus(response, 403);
  });

  expect(await errorOf(source.list(never))).toMatchObject({
    code: 'AS-3101',
    message: '"tester" is not allowed to list namespaces',
  });
});

it('gets one namespace, or undefined when there is none of that name', async () => {
  const { server, source } = await setUp((request, response) => {
    if (request.path.endsWith('/shop'))
      sendJson(response, { kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } });
    else if (request.path.endsWith('/bare'))
      sendJson(response, { kind: 'Namespace', metadata: { name: 'bare' } });
    else sendStatus(response, 404);
  });

  expect(await source.get('shop', never)).toEqual({ name: 'shop', labels: { a: 'b' } });
  expect(await source.get('bare', never)).toEqual({ name: 'bare', labels: {} });
  expect(await source.get('no/ne', never)).toBeUndefined();
  expect(server.requests.at(-1)).toBe('GET /api/v1/namespaces/no%2Fne');
});

it('rejects when it cannot be got', async () => {
  const { source } = await setUp((request, response) => {
    if (request.path.endsWith('/shop')) sendStatus(response, 403);
    else response.end('{');
  });

  expect(await errorOf(source.get('shop', never))).toMatchObject({ code: 'AS-3009', status: 403 });
  expect(await errorOf(source.get('other', never))).toMatchObject({
    code: 'AS-3009',
    message: "the Kubernetes API's answer to GET /api/v1/namespaces/other is not JSON",
  });
});
