import { z } from 'zod';
import {
  type ApiResource,
  AuditError,
  errorCodes,
  formatApiVersion,
  parseApiVersion,
} from '../../domain/index.ts';
import {
  ApiStatusError,
  apiVersionPath,
  type KubernetesClient,
  requestJson,
} from '../../kubernetes/index.ts';
import type { ApiDiscovery, DiscoveredApi } from '../index.ts';
import { isConnectionError } from './list-errors.ts';

/** The two-request discovery where the API server has it, the classic one otherwise. */
const aggregatedFirst = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

const verbs = z.array(z.string()).nullish();

const versionSchema = z.object({
  version: z.string(),
  freshness: z.string().optional(),
  resources: z
    .array(
      z.object({
        resource: z.string(),
        // Without a kind there are only subresources under this name.
        responseKind: z.object({ kind: z.string().optional() }).nullish(),
        scope: z.string(),
        verbs,
      }),
    )
    .nullish(),
});

const aggregatedSchema = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.object({ metadata: z.object({ name: z.string().default('') }), versions: z.array(versionSchema) }),
  ),
});

const coreVersionsSchema = z.object({ kind: z.literal('APIVersions'), versions: z.array(z.string()) });

const groupVersionSchema = z.object({ groupVersion: z.string() });
const groupListSchema = z.object({
  kind: z.literal('APIGroupList'),
  groups: z.array(
    z.object({ versions: z.array(groupVersionSchema), preferredVersion: groupVersionSchema.optional() }),
  ),
});

const resourceListSchema = z.object({
  kind: z.literal('APIResourceList'),
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean(), verbs })),
});

/** What the API server serves: aggregated discovery, or else the discovery of each group version. */
export function createKubernetesDiscovery(client: KubernetesClient): ApiDiscovery {
  return {
    async discover(signal) {
      try {
        return join(await Promise.all(['/api', '/apis'].map((path) => discoverRoot(client, path, signal))));
      } catch (thrown) {
        if (!(thrown instanceof ApiStatusError) || isConnectionError(thrown)) throw thrown;
        const message = `cannot ask the Kubernetes API which types it serves: ${thrown.message}`;
        throw new AuditError(errorCodes.discoveryFailed, message, { cause: thrown });
      }
    },
  };
}

function join(parts: readonly DiscoveredApi[]): DiscoveredApi {
  return {
    resources: parts.flatMap((part) => part.resources),
    failures: parts.flatMap((part) => part.failures),
  };
}

async function discoverRoot(
  client: KubernetesClient,
  path: string,
  signal: AbortSignal,
): Promise<DiscoveredApi> {
  const document = await getJson(client, path, signal);
  const aggregated = aggregatedSchema.safeParse(document).data;
  if (aggregated !== undefined) return fromAggregated(aggregated);
  const groupVersions = listGroupVersions(document);
  if (groupVersions === undefined) throw notUnderstood(path);
  return join(
    await Promise.all(groupVersions.map((groupVersion) => discoverVersion(client, groupVersion, signal))),
  );
}

function getJson(client: KubernetesClient, path: string, signal: AbortSignal): Promise<unknown> {
  return requestJson(client, { method: 'GET', path, accept: aggregatedFirst, signal });
}

function notUnderstood(path: string): AuditError {
  const message = `the answer of the Kubernetes API to GET ${path} is not a discovery document`;
  return new AuditError(errorCodes.discoveryFailed, message);
}

function fromAggregated({ items }: z.infer<typeof aggregatedSchema>): DiscoveredApi {
  return join(
    items.flatMap(({ metadata, versions }) => versions.map((version) => fromVersion(metadata.name, version))),
  );
}

function fromVersion(group: string, served: z.infer<typeof versionSchema>): DiscoveredApi {
  const { version } = served;
  if (served.freshness === 'Stale') {
    const groupVersion = formatApiVersion({ group, version });
    const error = versionFailed(groupVersion, 'the server behind it does not answer the API server');
    return { resources: [], failures: [{ groupVersion, error }] };
  }
  const resources = (served.resources ?? []).flatMap(
    ({ resource, responseKind, scope, verbs }): ApiResource[] => {
      if (!responseKind?.kind) return [];
      return [
        {
          group,
          version,
          resource,
          kind: responseKind.kind,
          namespaced: scope === 'Namespaced',
          verbs: verbs ?? [],
        },
      ];
    },
  );
  return { resources, failures: [] };
}

function listGroupVersions(document: unknown): readonly string[] | undefined {
  const groups = groupListSchema.safeParse(document).data?.groups;
  if (groups === undefined) return coreVersionsSchema.safeParse(document).data?.versions;
  return groups.flatMap(({ versions, preferredVersion }) => {
    const names = versions.map(({ groupVersion }) => groupVersion);
    return preferredVersion === undefined ? names : [...new Set([preferredVersion.groupVersion, ...names])];
  });
}

async function discoverVersion(
  client: KubernetesClient,
  groupVersion: string,
  signal: AbortSignal,
): Promise<DiscoveredApi> {
  try {
    return { resources: await readServedTypes(client, groupVersion, signal), failures: [] };
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof AuditError)) throw thrown;
    return {
      resources: [],
      failures: [{ groupVersion, error: versionFailed(groupVersion, thrown.message, thrown) }],
    };
  }
}

/** The types of one group version (`apps/v1`), without their subresources. Rejects with an AuditError. */
export async function readServedTypes(
  client: KubernetesClient,
  groupVersion: string,
  signal: AbortSignal,
): Promise<readonly ApiResource[]> {
  const { group, version } = parseApiVersion(groupVersion);
  const path = apiVersionPath({ group, version });
  const list = resourceListSchema.safeParse(await getJson(client, path, signal)).data;
  if (list === undefined) throw notUnderstood(path);
  return list.resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({
      group,
      version,
      resource: name,
      kind,
      namespaced,
      verbs: verbs ?? [],
    }));
}

function versionFailed(groupVersion: string, why: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.discoveryFailed, `cannot tell which types ${groupVersion} has: ${why}`, {
    cause,
  });
}
