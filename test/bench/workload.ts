import type { ApiObject } from '../support/cluster/api-client.ts';
import type { Cluster } from '../support/cluster/connection.ts';
import { aClusterAdmissionPolicy, aNamespace, aPolicyServer } from '../support/cluster/objects.ts';

/**
 * `perNamespace` objects are a quarter each Pods, Deployments, Services and ConfigMaps. With `policies: 'one'` a single policy is about
 * all of them: memory is a matter of objects, and a hundred thousand of them take long enough.
 */
export type Workload = {
  readonly namespaces: number;
  readonly perNamespace: number;
  readonly policies: 'one' | 'twelve';
  /** All of them are Pods, and not only a quarter. */
  readonly podsOnly?: boolean;
};

const kinds = ['v1/pods', 'apps/v1/deployments', 'v1/services', 'v1/configmaps'] as const;
/** How many policies are about each kind everywhere; with those about a tenth of the namespaces: 5.6 evaluations per object. */
const policiesPerKind = [8, 6, 5, 3] as const;
/** Pads objects to the 7 KB that objects have once controllers have written their status and managedFields into them. */
const padding = 'x'.repeat(5_600);

/** Creates the policies, namespaces and objects. 100 x 100 gives 10,000 objects and 56,000 evaluations. */
export async function seedWorkload(
  cluster: Cluster,
  workload: Workload,
  log: (line: string) => void,
): Promise<void> {
  await cluster.apply([aNamespace('kubewarden'), ...aPolicyServer(), ...policies(workload)]);
  const names = Array.from(
    { length: workload.namespaces },
    (_, index) => `team-${String(index).padStart(4, '0')}`,
  );
  await inParallel(names.entries(), ([index, name]) =>
    cluster.request('POST', '/api/v1/namespaces', aNamespace(name, { tenth: String(index % 10) })),
  );
  const started = Date.now();
  await inParallel(objects(names, workload), ([path, object]) => cluster.request('POST', path, object));
  log(
    `seeded ${names.length} namespaces with ${workload.perNamespace} objects each in ${Date.now() - started} ms`,
  );
}

/** Eight policies about every namespace, and four that are about a tenth of them each. */
export function policies(workload: Workload): ApiObject[] {
  if (workload.policies === 'one') return [aClusterAdmissionPolicy('allow', { targets: kinds })];
  const everywhere = Array.from({ length: 8 }, (_, index) =>
    aClusterAdmissionPolicy(index % 4 === 3 ? `deny-${index}` : `allow-${index}`, {
      targets: kinds.filter((_kind, kind) => index < (policiesPerKind[kind] ?? 0)),
      severity: 'medium',
      category: 'benchmark',
    }),
  );
  const somewhere = Array.from({ length: 4 }, (_, index) =>
    aClusterAdmissionPolicy(`tenth-${index}`, {
      targets: ['v1/configmaps'],
      namespaceSelector: { matchLabels: { tenth: String(index) } },
    }),
  );
  return [...everywhere, ...somewhere];
}

function* objects(
  namespaces: readonly string[],
  { perNamespace, podsOnly = false }: Workload,
): Iterable<readonly [string, ApiObject]> {
  for (const namespace of namespaces) {
    for (let index = 0; index < perNamespace; index += 1)
      yield anObject(namespace, index, podsOnly ? makers.slice(0, 1) : makers);
  }
}

const makers = [
  [
    '/api/v1',
    'pods',
    { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'main', image: 'app:1.0' }] } },
  ],
  [
    '/apis/apps/v1',
    'deployments',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'x' } },
        template: {
          metadata: { labels: { app: 'x' } },
          spec: { containers: [{ name: 'main', image: 'app:1.0' }] },
        },
      },
    },
  ],
  [
    '/api/v1',
    'services',
    { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
  ],
  ['/api/v1', 'configmaps', { apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' } }],
] as const;

function anObject(
  namespace: string,
  index: number,
  chosen: readonly (typeof makers)[number][],
): readonly [string, ApiObject] {
  const maker = chosen[index % chosen.length];
  if (maker === undefined) throw new RangeError('there is a maker for each kind');
  const [base, plural, object] = maker;
  const metadata = {
    name: `object-${String(index).padStart(5, '0')}`,
    namespace,
    labels: { app: 'x', index: String(index) },
    annotations: { 'example.com/padding': padding },
  };
  return [`${base}/namespaces/${namespace}/${plural}`, { ...object, metadata }];
}

async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
    }),
  );
}
