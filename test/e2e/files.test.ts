import { expect, test } from 'vitest';
import { formatApiVersion } from '../../src/domain/resource.ts';
import { builtInTypes } from '../../src/sources/manifests/built-in-types.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';

type ResourceList = {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
};
type GroupList = {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
};

describeOnCluster('the built-in types of a scan of files', () => {
  const cluster = sharedCluster();

  async function listed(apiVersion: string): Promise<readonly string[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources } = (await cluster.request('GET', path)) as unknown as ResourceList;
    return resources
      .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
      .map(({ name, kind, namespaced }) => describe(apiVersion, { resource: name, kind, namespaced }))
      .filter((type) => !/^v1 !componentstatuses /.test(type));
  }

  function describe(
    apiVersion: string,
    { resource, kind, namespaced }: { resource: string; kind: string; namespaced: boolean },
  ): string {
    return `${apiVersion} ${namespaced ? '' : '!'}${resource} ${kind}`;
  }

  const known = builtInTypes.map((type) => describe(formatApiVersion(type), type));

  test('are what an API server says about them', async () => {
    const served: string[] = [];
    for (const apiVersion of new Set(builtInTypes.map(formatApiVersion)))
      served.push(...(await listed(apiVersion)));
    expect(known.filter((type) => !served.includes(type))).toEqual([]);
  });

  test('are all that it serves in the preferred versions', async () => {
    const { groups } = (await cluster.request('GET', '/apis')) as unknown as GroupList;
    const preferred = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
    const builtIn = preferred.filter((apiVersion) =>
      /^(?:v1|[^.]+\/.*|[^/]+\.k8s\.io\/.*)$/.test(apiVersion),
    );
    const served: string[] = [];
    for (const apiVersion of builtIn) served.push(...(await listed(apiVersion)));
    expect(served.filter((type) => !known.includes(type) && !type.startsWith('wgpolicyk8s'))).toEqual([]);
  });
});
