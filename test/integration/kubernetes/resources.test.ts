import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ApiResource, AuditedObject } from '../../../src/domain/resource.ts';
import { createKubernetesResourceSource } from '../../../src/sources/kubernetes/resources.ts';
import type { ListTarget } from '../../../src/sources/source.ts';
import {
  clientOf,
  collect,
  connectionTo,
  errorOf,
  type Handler,
  never,
  sendStatus,
  startServer,
} from './loopback.ts';

const pods: ApiResource = {
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  namespaced: true,
  verbs: ['list'],
};
const deployments: ApiResource = { ...pods, group: 'apps', resource: 'deployments', kind: 'Deployment' };
const everywhere: ListTarget = {
  resource: pods,
  namespace: undefined,
  excludeNamespaces: [],
  labelSelector: undefined,
};

type Entry = readonly [namespace: string, name: string];

function entryJson([namespace, name]: Entry): string {
  return `{"metadata":{"name":"${name}","namespace":"${namespace}","uid":"uid-${name}","resourceVersion":"5","labels":{"app":"${name}"}},"spec":{"big":9007199254740993}}`;
}

function sendPage(
  response: ServerResponse,
  entries: readonly Entry[],
  token = '',
  remainingItemCount?: number,
): void {
  const metadata = JSON.stringify({ continue: token, remainingItemCount });
  response.end(
    `{"kind":"PodList","apiVersion":"v1","metadata":${metadata},"items":[${entries.map(entryJson).join(',')}]}`,
  );
}

/**
 * Pages a list as the API server does: in the order of the storage keys, from after the key in the token, with how many remain unless there
 * is a selector.
 */
function sendFrom(response: ServerResponse, entries: readonly Entry[], query: URLSearchParams): void {
  const keyOf = (entry: Entry): string => entry.join('/');
  const token = query.get('continue') ?? '';
  const rest = entries.filter((entry) => keyOf(entry) > token).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = rest.slice(0, Number(query.get('limit') ?? rest.length));
  const hasSelector = query.has('labelSelector') || query.has('fieldSelector');
  const remaining = rest.length - page.length;
  sendPage(
    response,
    page,
    remaining === 0 ? '' : keyOf(page.at(-1)!),
    remaining === 0 || hasSelector ? undefined : remaining,
  );
}

async function setUp(handle: Handler, pageSize = 2) {
  const server = await startServer(handle);
  const client = clientOf(connectionTo(server.url));
  const source = createKubernetesResourceSource(client, pageSize);
  return {
    server,
    client,
    source,
    names: async (target: Partial<ListTarget> = {}, signal = never): Promise<string[]> => {
      const objects = await collect(source.list({ ...everywhere, ...target }, signal));
      return objects.map(({ reference }) => `${reference.namespace ?? ''}/${reference.name}`);
    },
  };
}

const five: readonly Entry[] = [
  ['a', '1'],
  ['a', '2'],
  ['a-b', '1'],
  ['b', '1'],
  ['b', '2'],
];
const fiveInOrder = ['a-b/1', 'a/1', 'a/2', 'b/1', 'b/2'];

describe('a LIST', () => {
  it('yields the objects as the API server wrote them, page by page', async () => {
    const { server, source } = await setUp((request, response) => {
      sendFrom(response, five.slice(0, 3), request.query);
    });

    const objects: AuditedObject[] = await collect(source.list(everywhere, never));

    expect(server.requests).toEqual(['GET /api/v1/pods?limit=2', 'GET /api/v1/pods?limit=2&continue=a%2F1']);
    expect(objects.map(({ reference }) => reference.name)).toEqual(['1', '1', '2']);
    const { json, ...rest } = objects[1]!;
    expect(rest).toEqual({
      resource: pods,
      reference: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: 'a',
        name: '1',
        uid: 'uid-1',
        resourceVersion: '5',
      },
      labels: { app: '1' },
    });
    expect(Buffer.from(json).toString()).toBe(
      `{"apiVersion":"v1","kind":"Pod",${entryJson(['a', '1']).slice(1)}`,
    );
  });

  it.each<[string, Partial<ListTarget>, number[]]>([
    ['from the first page on', {}, [5, 5, 5]],
    ['on the last page where there is a selector', { labelSelector: 'app' }, [5]],
    ['on the last page where namespaces are left out', { excludeNamespaces: ['x'] }, [5]],
  ])('says how many objects there are %s', async (_, target, expected) => {
    const { server, names } = await setUp((request, response) => {
      sendFrom(response, five, request.query);
    });
    const told: number[] = [];
    await names({ ...target, onSize: (objects) => told.push(objects) });
    expect(told).toEqual(expected);
    expect(server.requests).toHaveLength(3);
  });

  it('asks for one namespace, in the group of the type, with the selector of the user', async () => {
    const { server, names } = await setUp((_, response) => {
      sendPage(response, [['shop', 'web']]);
    });

    await names({
      resource: deployments,
      namespace: 'shop',
      labelSelector: 'app in (a,b)',
      excludeNamespaces: ['shop'],
    });

    expect(server.requests).toEqual([
      'GET /apis/apps/v1/namespaces/shop/deployments?labelSelector=app+in+%28a%2Cb%29&limit=2',
    ]);
  });

  it('is one request without pages when the page size is 0', async () => {
    const { server, names } = await setUp((request, response) => {
      sendFrom(response, five, request.query);
    }, 0);

    expect(await names()).toEqual(fiveInOrder);
    expect(server.requests).toEqual(['GET /api/v1/pods']);
  });

  it('goes on after an empty page that has a successor', async () => {
    const { names } = await setUp((request, response) => {
      if (request.query.has('continue')) sendPage(response, [['a', '1']]);
      else sendPage(response, [], 'next');
    });

    expect(await names()).toEqual(['a/1']);
  });
});

describe('excluded namespaces', () => {
  it('are left out by the API server, and again here in case that it did not listen', async () => {
    const { server, names } = await setUp((request, response) => {
      sendFrom(response, five, request.query);
    }, 100);

    expect(await names({ excludeNamespaces: ['a', 'x'] })).toEqual(['a-b/1', 'b/1', 'b/2']);
    expect(server.requests).toEqual([
      'GET /api/v1/pods?fieldSelector=metadata.namespace%21%3Da%2Cmetadata.namespace%21%3Dx&limit=100',
    ]);
  });

  it('are left out here alone where the type knows no field selectors', async () => {
    const { server, names } = await setUp((request, response) => {
      if (request.query.has('fieldSelector'))
        sendStatus(response, 400, { message: 'field label not supported' });
      else sendFrom(response, five, request.query);
    });

    expect(await names({ excludeNamespaces: ['b'], labelSelector: 'x' })).toEqual(['a-b/1', 'a/1', 'a/2']);
    expect(server.requests.slice(1)).toEqual([
      'GET /api/v1/pods?labelSelector=x&limit=2',
      'GET /api/v1/pods?labelSelector=x&limit=2&continue=a%2F1',
      'GET /api/v1/pods?labelSelector=x&limit=2&continue=b%2F1',
    ]);
  });

  it('do not make a list start again when a later page is refused', async () => {
    const { server, names } = await setUp((request, response) => {
      if (request.query.has('continue')) sendStatus(response, 400);
      else sendFrom(response, five, request.query);
    });

    expect(await errorOf(names({ excludeNamespaces: ['x'] }))).toMatchObject({ code: 'AS-3103' });
    expect(server.requests).toHaveLength(2);
  });

  it('do not make a URL that is too long to be accepted', async () => {
    const { server, names } = await setUp((request, response) => {
      sendFrom(response, five, request.query);
    }, 0);
    const many = Array.from({ length: 300 }, (_, index) => `namespace-${index}`);

    expect(await names({ excludeNamespaces: ['b', ...many] })).toEqual(['a-b/1', 'a/1', 'a/2']);
    expect(server.requests).toEqual(['GET /api/v1/pods']);
  });

  it('do not matter for cluster-scoped types', async () => {
    const { server, source } = await setUp((_, response) => {
      response.end('{"metadata":{},"items":[{"metadata":{"name":"a"}}]}');
    });
    const resource = { ...pods, resource: 'namespaces', kind: 'Namespace', namespaced: false };

    const objects = await collect(source.list({ ...everywhere, resource, excludeNamespaces: ['a'] }, never));

    expect(objects.map(({ reference }) => reference)).toEqual([
      { apiVersion: 'v1', kind: 'Namespace', namespace: undefined, name: 'a', uid: '', resourceVersion: '' },
    ]);
    expect(server.requests).toEqual(['GET /api/v1/namespaces?limit=2']);
  });
});

describe('a list that has expired (410)', () => {
  it('is resumed with the token that the API server offers', async () => {
    const { server, client, names } = await setUp((request, response) => {
      if (request.query.get('continue') === 'a/1')
        sendStatus(response, 410, { metadata: { continue: 'a/1#fresh' } });
      else sendFrom(response, five, request.query);
    });

    expect(await names()).toEqual(fiveInOrder);
    expect(
      server.requests.map((line) => new URL(line.slice(4), 'http://x').searchParams.get('continue')),
    ).toEqual([null, 'a/1', 'a/1#fresh', 'b/1']);
    expect(client.waits).toEqual([]);
  });

  it('is resumed as often as it expires', async () => {
    const { names } = await setUp((request, response) => {
      const token = request.query.get('continue');
      if (token?.endsWith('#') === false) sendStatus(response, 410, { metadata: { continue: `${token}#` } });
      else sendFrom(response, five, request.query);
    }, 1);

    expect(await names()).toEqual(fiveInOrder);
  });

  it('is read again without a token, and what was yielded is left out', async () => {
    let expired = false;
    const { server, names } = await setUp((request, response) => {
      if (request.query.get('continue') === 'a/1' && !expired) {
        expired = true;
        sendStatus(response, 410);
        return;
      }
      // While the list was read, one object before the mark came, one went, and one came after it.
      const now: readonly Entry[] = [
        ...five.filter((entry) => !expired || entry !== five[2]),
        ['a', '0'],
        ['c', '1'],
      ];
      sendFrom(response, expired ? now : five, request.query);
    });

    expect(await names()).toEqual([...fiveInOrder, 'c/1']);
    expect(server.requests).toHaveLength(5);
  });

  it('is read again once only, and what came before stays', async () => {
    const { source } = await setUp((request, response) => {
      if (request.query.has('continue')) sendStatus(response, 410, { message: 'too old' });
      else sendFrom(response, five, request.query);
    });
    const seen: string[] = [];

    const read = async () => {
      for await (const { reference } of source.list(everywhere, never)) seen.push(reference.uid);
    };

    expect(await errorOf(read())).toMatchObject({
      code: 'AS-3103',
      message: expect.stringContaining('too old') as string,
    });
    expect(seen).toEqual(['uid-1', 'uid-1']);
  });

  it('is read again when the fresh token has expired as well', async () => {
    let tokens = 0;
    const { names } = await setUp((request, response) => {
      const token = request.query.get('continue');
      tokens += token === null ? 0 : 1;
      if (token !== null && tokens <= 2) sendStatus(response, 410, { metadata: { continue: 'also-old' } });
      else sendFrom(response, five, request.query);
    });

    expect(await names()).toEqual(fiveInOrder);
  });

  it('is not read again where the order cannot be relied on: nothing may get lost', async () => {
    const { names } = await setUp((request, response) => {
      if (request.query.has('continue')) sendStatus(response, 410);
      else
        sendPage(
          response,
          [
            ['b', '1'],
            ['a', '1'],
          ],
          'next',
        );
    });

    expect(await errorOf(names())).toMatchObject({
      code: 'AS-3103',
      message: expect.stringContaining('does not list in a stable order') as string,
    });
  });

  it('is given up when it comes in another order the second time', async () => {
    let lists = 0;
    const { names } = await setUp((request, response) => {
      if (request.query.has('continue')) {
        sendStatus(response, 410);
        return;
      }
      lists += 1;
      if (lists === 1)
        sendPage(
          response,
          [
            ['a', '1'],
            ['b', '1'],
          ],
          'next',
        );
      else
        sendPage(response, [
          ['c', '1'],
          ['a', '2'],
        ]);
    });

    expect((await errorOf(names())).message).toContain('does not list in a stable order');
  });

  it('at the very first page is a failure', async () => {
    const { server, names } = await setUp((_, response) => {
      sendStatus(response, 410);
    });

    expect(await errorOf(names())).toMatchObject({ code: 'AS-3103' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a LIST that fails', () => {
  it('because it is forbidden: says who may not list what', async () => {
    const message =
      'secrets is forbidden: User "system:serviceaccount:kubewarden:audit-scanner" cannot list resource "secrets"';
    const { names } = await setUp((_, response) => {
      sendStatus(response, 403, { message });
    });

    expect(await errorOf(names({ resource: { ...pods, resource: 'secrets' } }))).toMatchObject({
      code: 'AS-3101',
      message: '"system:serviceaccount:kubewarden:audit-scanner" is not allowed to list secrets',
      facts: [`The API server says: ${message}`],
      tries: [
        'audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -',
      ],
    });
    expect((await errorOf(names({ resource: deployments, namespace: 'shop' }))).message).toBe(
      '"system:serviceaccount:kubewarden:audit-scanner" is not allowed to list deployments.apps in namespace "shop"',
    );
  });

  it('because it is forbidden without a word: names the user of the kubeconfig', async () => {
    const { names } = await setUp((_, response) => {
      sendStatus(response, 403);
    });

    expect((await errorOf(names())).message).toBe('"tester" is not allowed to list pods');
  });

  it('for any other reason: names the type, the namespace and the reason', async () => {
    const { names } = await setUp((_, response) => {
      sendStatus(response, 404, { message: 'the server could not find the requested resource' });
    });

    expect(await errorOf(names({ resource: deployments, namespace: 'shop' }))).toMatchObject({
      code: 'AS-3103',
      message:
        'cannot list deployments.apps in namespace "shop": the Kubernetes API answered 404 to GET /apis/apps/v1/namespaces/shop/deployments: the server could not find the requested resource',
    });
  });

  it('in the middle: yields what came before', async () => {
    const { source } = await setUp((request, response) => {
      if (request.query.has('continue')) sendStatus(response, 500);
      else sendPage(response, [['a', '1']], 'next');
    });
    const seen: string[] = [];

    const read = async () => {
      for await (const { reference } of source.list(everywhere, never)) seen.push(reference.name);
    };

    expect(await errorOf(read())).toMatchObject({ code: 'AS-3103' });
    expect(seen).toEqual(['1']);
  });

  it.each(['{"metadata":{},"items":[{"metadata":{"name":"a"}}', '<html>', '{"kind":"Status"}', ''])(
    'because the answer is no list: %j',
    async (text) => {
      const { names } = await setUp((_, response) => {
        response.end(text);
      });

      expect(await errorOf(names())).toMatchObject({
        code: 'AS-3103',
        message: expect.stringMatching(
          /^cannot list pods: the Kubernetes API answered with malformed or truncated JSON/,
        ) as string,
      });
    },
  );

  it('does not end a list when a page has to be fetched twice', async () => {
    let broken = false;
    const { names } = await setUp((request, response) => {
      if (request.query.has('continue') && !broken) {
        broken = true;
        response.write('{"items":[', () => request.socket.destroy());
        return;
      }
      sendFrom(response, five, request.query);
    });

    expect(await names()).toEqual(fiveInOrder);
  });
});

describe('the next page', () => {
  it('is asked for while the current one is consumed, but not the one after that', async () => {
    const { server, source } = await setUp((request, response) => {
      sendFrom(response, five, request.query);
    }, 1);
    const iterator = source.list(everywhere, never)[Symbol.asyncIterator]();

    await iterator.next();
    await until(() => server.requests.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.requests).toHaveLength(2);

    await iterator.return?.();
  });

  it('is given up when the consumer stops early', async () => {
    let closed = 0;
    const { server, client, source } = await setUp((request, response) => {
      if (request.query.has('continue')) response.on('close', () => (closed += 1));
      else sendPage(response, [['a', '1']], 'next');
    });

    for await (const object of source.list(everywhere, never)) {
      expect(object.reference.name).toBe('1');
      await until(() => server.requests.length === 2);
      break;
    }

    await until(() => closed === 1);
    expect(server.requests).toHaveLength(2);
    expect(client.waits).toEqual([]);
  });

  it('may fail after the consumer has stopped, without anybody noticing', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const { source } = await setUp((request, response) => {
      if (request.query.has('continue')) sendStatus(response, 404);
      else sendPage(response, [['a', '1']], 'next');
    });
    const iterator = source.list(everywhere, never)[Symbol.asyncIterator]();

    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await iterator.return?.();
    process.off('unhandledRejection', listener);

    expect(unhandled).toEqual([]);
  });

  it('is given up when the signal aborts, and so is the list', async () => {
    const stop = new AbortController();
    const { source } = await setUp((request, response) => {
      if (request.query.has('continue')) stop.abort();
      else sendPage(response, [['a', '1']], 'next');
    });
    const seen: string[] = [];

    const read = async () => {
      for await (const { reference } of source.list(everywhere, stop.signal)) seen.push(reference.name);
    };

    expect(await errorOf(read())).toMatchObject({ code: 'AS-1003' });
    expect(seen).toEqual(['1']);
    expect(await errorOf(read())).toMatchObject({ code: 'AS-1003' });
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
