import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ApiClient, ApiObject } from './api-client.ts';

type ServedKind = { readonly plural: string; readonly namespaced: boolean; readonly hasStatus: boolean };

type ResourceList = {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
};

const applyPatch = { contentType: 'application/apply-patch+yaml' };
const applyQuery = '?fieldManager=test&force=true';

export type ApplyObjects = (objects: readonly ApiObject[]) => Promise<ApiObject[]>;

/**
 * Server-side apply of whole objects. Definitions and namespaces go first; a `status` is written to the status subresource
 * where there is one. Answers the stored objects in the order of the input.
 */
export function createApply(client: ApiClient): ApplyObjects {
  const pathOf = createPathFinder(client);

  async function applyOne(object: ApiObject): Promise<ApiObject> {
    const { path, hasStatus } = await pathOf(object);
    const stored = await client.request('PATCH', `${path}${applyQuery}`, object, applyPatch);
    if (object['status'] === undefined || !hasStatus) return stored;
    const { apiVersion, kind, metadata, status } = object;
    const { name, namespace } = metadata;
    const body = { apiVersion, kind, metadata: { name, namespace }, status };
    return client.request('PATCH', `${path}/status${applyQuery}`, body, applyPatch);
  }

  return async (objects) => {
    const limit = pLimit(16);
    const stored = new Map<ApiObject, ApiObject>();
    for (const isFirst of [true, false]) {
      const wave = objects.filter((object) => goesFirst(object) === isFirst);
      await Promise.all(wave.map((object) => limit(async () => stored.set(object, await applyOne(object)))));
    }
    return objects.map((object) => stored.get(object)!);
  };
}

function goesFirst({ kind }: ApiObject): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}

/** Answers the API path of an object, and whether its type has a status subresource. */
function createPathFinder(client: ApiClient) {
  const known = new Map<string, ServedKind>();

  async function learn(apiVersion: string): Promise<void> {
    const { resources } = await client.request<ResourceList>('GET', rootOf(apiVersion));
    const names = new Set(resources.map(({ name }) => name));
    for (const { name, kind, namespaced } of resources) {
      if (name.includes('/')) continue;
      known.set(`${apiVersion} ${kind}`, {
        plural: name,
        namespaced,
        hasStatus: names.has(`${name}/status`),
      });
    }
  }

  async function find(apiVersion: string, kind: string): Promise<ServedKind> {
    // Discovery serves a new CustomResourceDefinition a moment after it is Established.
    for (let attempt = 0; attempt < 100; attempt++) {
      const served = known.get(`${apiVersion} ${kind}`);
      if (served !== undefined) return served;
      if (attempt > 0) await delay(200);
      await learn(apiVersion).catch(() => undefined);
    }
    throw new Error(`the API server does not serve ${apiVersion} ${kind}`);
  }

  return async ({ apiVersion, kind, metadata }: ApiObject): Promise<{ path: string; hasStatus: boolean }> => {
    const { plural, namespaced, hasStatus } = await find(apiVersion, kind);
    const scope = namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return { path: `${rootOf(apiVersion)}${scope}/${plural}/${metadata.name}`, hasStatus };
  };
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
