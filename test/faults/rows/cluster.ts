import { createCertificateAuthority } from '../../support/certificates.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

type Seen = Parameters<FaultWorld['break']>[0];
type Item = { metadata: Record<string, unknown> & { name: string }; [field: string]: unknown };
type List = { items: Item[] };

const podPages =
  (world: FaultWorld): Seen =>
  ({ method, path }) =>
    method === 'GET' && path === world.path('pods');
const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;

/** Every page of Pods, with its items changed on the way. */
function changing(
  fault: Pick<Fault, 'id' | 'title'> & Partial<Fault>,
  change: (item: string) => string,
): Fault {
  return {
    sees: 'all 2 checks in full',
    ...recovered,
    ...fault,
    arrange: (world) => {
      world.break(podPages(world), {
        rewrite: (body) => {
          const list = JSON.parse(body.toString()) as List;
          const items = list.items.map((item) => change(JSON.stringify(item)));
          return JSON.stringify({ ...list, items: [] }).replace(
            '"items":[]',
            () => `"items":[${items.join(',')}]`,
          );
        },
      });
    },
  };
}

/** Adds members to the metadata of an item, as text, so that any key is possible. */
function withMetadata(item: string, members: string): string {
  return item.replace('"metadata":{', () => `"metadata":{${members},`);
}

const labels = Array.from({ length: 5_000 }, (_, index) => `"example.com/l${index}":"v"`).join(',');
const escapes = '\\u001b[2J\\r\\n::error::gone\\u0007';

export const clusterFaults: FaultGroup = {
  title: 'What is in the cluster',
  faults: [
    changing(
      {
        id: 'huge-object',
        title: 'an object of 10 MB, which no policy server takes (W45)',
        sees: 'HTTP 413',
        exitCode: 3,
        complete: false,
        pods: 'errored',
      },
      (item) => withMetadata(item, `"annotations":{"padding":"${'x'.repeat(10_000_000)}"}`),
    ),
    changing({ id: 'many-labels', title: 'an object with 5,000 labels' }, (item) =>
      item.replace('"labels":{', () => `"labels":{${labels},`),
    ),
    changing({ id: 'treacherous-keys', title: 'objects with the keys __proto__ and constructor' }, (item) =>
      item
        .replace('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":null},')
        .replace('"labels":{', '"labels":{"__proto__":"x","constructor":"y",'),
    ),
    changing(
      { id: 'hostile-annotations', title: 'annotations with escape sequences and line breaks' },
      (item) => withMetadata(item, `"annotations":{"note":"${escapes}"}`),
    ),
    {
      id: 'hostile-messages',
      title: 'messages of policies with escape sequences, line breaks and workflow commands',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        const usual = world.answer;
        world.policyServer.answer = async (policy, request, body) => {
          const verdict = await usual(policy, request, body);
          const isDenied = verdict !== undefined && 'allowed' in verdict && !verdict.allowed;
          return isDenied ? { allowed: false, message: JSON.parse(`"${escapes}"`) as string } : verdict;
        };
      },
    },
    {
      id: 'object-updated',
      title: 'an object is updated during the scan',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        const update = async (): Promise<void> => {
          const changed = { metadata: { labels: { changed: String(Date.now()) } } };
          await world.world.cluster.request('PATCH', `${world.path('pods')}/web-2`, changed);
        };
        world.break(podPages(world), { before: update }, { from: 2, to: 2 });
      },
    },
    {
      id: 'object-created',
      title: 'an object is created after its page was listed: the next scan sees it',
      sees: 'all 2 checks in full',
      ...recovered,
      pods: 'mixed',
      stores: false,
      dropIn: false,
      arrange: (world) => {
        const create = async (): Promise<void> => {
          const { namespace, world: inner } = world;
          await inner.apply([
            {
              apiVersion: 'v1',
              kind: 'Pod',
              metadata: { name: 'web-0', namespace },
              spec: { containers: [{ name: 'c', image: 'registry.example.com/c:1' }] },
            },
          ]);
        };
        world.break(podPages(world), { before: create }, { from: 2, to: 2 });
      },
    },
    {
      id: 'stale-watch-cache',
      title: 'the list of the stored reports is older than they are (W1)',
      sees: 'all 2 checks in full',
      ...recovered,
      dropIn: false,
      arrange: async (world) => {
        const { cluster } = world.world;
        const path = `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${world.namespace}/policyreports`;
        const old = await cluster.request<List>('GET', path);
        for (const { metadata } of old.items)
          await cluster.request('PATCH', `${path}/${metadata.name}`, {
            metadata: { annotations: { touched: 'yes' } },
          });
        world.break(({ method, path: asked }) => method === 'GET' && asked === path, {
          rewrite: () => JSON.stringify({ ...old, metadata: {} }),
        });
      },
    },
    {
      id: 'many-namespaces',
      title: '5,000 namespaces',
      sees: '  looked at: 50',
      exitCode: 0,
      complete: true,
      pods: 'kept',
      configMaps: 'kept',
      stores: false,
      dropIn: false,
      seconds: 120,
      arrange: (world) => {
        world.break(({ method, path }) => method === 'GET' && path === '/api/v1/namespaces', {
          rewrite: (body) => {
            const list = JSON.parse(body.toString()) as List;
            const [first] = list.items;
            const more = Array.from({ length: 5_000 }, (_, index) => {
              const name = `many-${String(index).padStart(5, '0')}`;
              return { ...first, metadata: { ...first?.metadata, name, uid: name } };
            });
            return JSON.stringify({ ...list, metadata: {}, items: [...more, ...list.items] });
          },
        });
      },
      run: (world) =>
        world.scanAs([
          'scan',
          '-A',
          '--fail-on',
          'never',
          '-o',
          'json',
          '--policy',
          'pods,maps',
          ...world.flags,
        ]),
    },
    {
      id: 'certificate-rotated',
      title: 'the API server switches to a new certificate of the same CA during the run',
      sees: 'all 2 checks in full',
      ...recovered,
      dropIn: false,
      arrange: async (world) => {
        const certificate = await world.authority.issueServer();
        world.break(
          podPages(world),
          {
            before: () => {
              world.proxy.rotate(certificate);
              return Promise.resolve();
            },
          },
          { from: 2, to: 2 },
        );
      },
    },
    {
      id: 'certificate-replaced',
      title: 'the API server switches to an untrusted certificate during the run',
      sees: 'presents a certificate that is not trusted',
      exitCode: 3,
      complete: false,
      pods: 'mixed',
      configMaps: 'mixed',
      dropIn: false,
      seconds: 240,
      arrange: async (world) => {
        const stranger = await (await createCertificateAuthority('another-ca')).issueServer();
        world.break(
          podPages(world),
          {
            before: () => {
              world.proxy.rotate(stranger);
              return Promise.resolve();
            },
          },
          { from: 2, to: 2 },
        );
      },
      repair: async (world) => {
        world.proxy.rotate(await world.authority.issueServer());
      },
    },
  ],
};
