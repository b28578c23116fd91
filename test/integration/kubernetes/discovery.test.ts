import { describe, expect, it } from 'vitest';
import { createKubernetesDiscovery } from '../../../src/sources/kubernetes/discovery.ts';
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
  const discovery = createKubernetesDiscovery(clientOf(connectionTo(server.url)));
  return { server, discover: (signal = never) => discovery.discover(signal) };
}

const podsType = {
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  namespaced: true,
  verbs: ['create', 'list'],
};
const deploymentsType = { ...podsType, group: 'apps', resource: 'deployments', kind: 'Deployment' };
const nodesType = { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false, verbs: [] };

describe('aggregated discovery', () => {
  const entry = (resource: string, kind: string, scope = 'Namespaced') => ({
    resource,
    responseKind: { group: '', version: 'v1', kind },
    scope,
    verbs: ['create', 'list'],
    subresources: [{ subresource: 'status', responseKind: { kind }, verbs: ['get'] }],
  });
  const core = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [
      {
        metadata: { creationTimestamp: null },
        versions: [
          {
            version: 'v1',
            freshness: 'Current',
            resources: [
              entry('pods', 'Pod'),
              { ...entry('nodes', 'Node', 'Cluster'), verbs: undefined },
              { ...entry('ghosts', ''), responseKind: { group: '', version: '', kind: '' } },
              { ...entry('shadows', ''), responseKind: undefined },
            ],
          },
        ],
      },
    ],
  };
  const groups = {
    ...core,
    items: [
      {
        metadata: { name: 'apps' },
        versions: [
          { version: 'v1', freshness: 'Current', resources: [entry('deployments', 'Deployment')] },
          { version: 'v1beta1', resources: [entry('deployments', 'Deployment')] },
        ],
      },
      {
        metadata: { name: 'metrics.k8s.io' },
        versions: [{ version: 'v1', freshness: 'Stale', resources: [entry('pods', 'PodMetrics')] }],
      },
      { metadata: { name: 'empty.example.com' }, versions: [{ version: 'v1' }] },
    ],
  };

  it('takes two requests, and says which group versions did not answer', async () => {
    const accepts: unknown[] = [];
    const { server, discover } = await setUp((request, response) => {
      accepts.push(request.headers.accept);
      sendJson(response, request.path === '/api' ? core : groups);
    });

    const { resources, failures } = await discover();

    expect(resources).toEqual([
      podsType,
      nodesType,
      deploymentsType,
      { ...deploymentsType, version: 'v1beta1' },
    ]);
    expect(failures).toMatchObject([
      {
        groupVersion: 'metrics.k8s.io/v1',
        error: {
          code: 'AS-3104',
          message:
            'cannot tell which types metrics.k8s.io/v1 has: the server behind it does not answer the API server',
        },
      },
    ]);
    expect(server.requests.toSorted()).toEqual(['GET /api', 'GET /apis']);
    expect(accepts[0]).toBe(
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json',
    );
  });
});

describe('classic discovery', () => {
  const type = (
    name: string,
    kind: string,
    namespaced = true,
    verbs: string[] | null = ['create', 'list'],
  ) => ({ name, kind, namespaced, verbs });
  const documents: Record<string, object> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': {
      kind: 'APIGroupList',
      groups: [
        {
          name: 'apps',
          versions: [{ groupVersion: 'apps/v1beta1' }, { groupVersion: 'apps/v1' }],
          preferredVersion: { groupVersion: 'apps/v1' },
        },
        { name: 'metrics.k8s.io', versions: [{ groupVersion: 'metrics.k8s.io/v1' }] },
      ],
    },
    '/api/v1': {
      kind: 'APIResourceList',
      resources: [
        type('pods', 'Pod'),
        type('pods/exec', 'PodExecOptions'),
        type('nodes', 'Node', false, null),
      ],
    },
    '/apis/apps/v1': { kind: 'APIResourceList', resources: [type('deployments', 'Deployment')] },
    '/apis/apps/v1beta1': { kind: 'APIResourceList', resources: [type('deployments', 'Deployment')] },
  };

  it('asks each group version, the preferred one first, and says which failed', async () => {
    const { server, discover } = await setUp((request, response) => {
      const document = documents[request.path];
      if (document === undefined) sendStatus(response, 404, { message: 'no such thing' });
      else sendJson(response, document);
    });

    const { resources, failures } = await discover();

    expect(resources).toEqual([
      podsType,
      nodesType,
      deploymentsType,
      { ...deploymentsType, version: 'v1beta1' },
    ]);
    expect(failures).toMatchObject([
      {
        groupVersion: 'metrics.k8s.io/v1',
        error: {
          code: 'AS-3104',
          message:
            'cannot tell which types metrics.k8s.io/v1 has: the Kubernetes API answered 404 to GET /apis/metrics.k8s.io/v1: no such thing',
        },
      },
    ]);
    expect(server.requests).toHaveLength(6);
  });

  it('does not take an interruption for a failure of one group', async () => {
    const stop = new AbortController();
    const { discover } = await setUp((request, response) => {
      if (request.path === '/apis/apps/v1') stop.abort();
      else sendJson(response, documents[request.path] ?? {});
    });

    expect(await errorOf(discover(stop.signal))).toMatchObject({ code: 'AS-1003' });
  });
});

describe('no discovery at all', () => {
  it.each([
    ['{"kind":"Something"}', 'the answer of the Kubernetes API to GET /api is not a discovery document'],
    ['<html>', "the Kubernetes API's answer to GET /api is not JSON"],
  ])('because the answer is %s', async (text, message) => {
    const { discover } = await setUp((_, response) => {
      response.end(text);
    });

    expect((await errorOf(discover())).message).toBe(message);
  });

  it('because it is refused', async () => {
    const { discover } = await setUp((request, response) => {
      if (request.path === '/api') sendStatus(response, 403, { message: 'no' });
      else sendJson(response, { kind: 'APIGroupList', groups: [] });
    });

    expect(await errorOf(discover())).toMatchObject({
      code: 'AS-3104',
      message:
        'cannot ask the Kubernetes API which types it serves: the Kubernetes API answered 403 to GET /api: no',
    });
  });

  it('because the server is down or rejects us, keeps its error', async () => {
    const { discover } = await setUp((_, response) => {
      sendStatus(response, 401);
    });

    expect(await errorOf(discover())).toMatchObject({ code: 'AS-3008' });
    const nobody = createKubernetesDiscovery(clientOf(connectionTo('http://no-such-host.invalid')));
    expect(await errorOf(nobody.discover(never))).toMatchObject({ code: 'AS-3006' });
  });
});
