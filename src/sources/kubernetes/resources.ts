import { type AuditedObject, formatApiVersion } from '../../domain/index.ts';
import {
  collectionPath,
  isApiStatus,
  itemJson,
  type KubernetesClient,
  type ListPage,
  listPages,
} from '../../kubernetes/index.ts';
import type { ListTarget, ResourceSource } from '../index.ts';
import { toListError } from './list-errors.ts';

/** Longer URLs than this are refused by proxies in front of API servers. */
const longestFieldSelector = 6000;

/** The objects of a live cluster. `pageSize` is the number of objects per LIST request, 0 for one LIST without pages. */
export function createKubernetesResourceSource(client: KubernetesClient, pageSize: number): ResourceSource {
  return {
    async *list(target, signal) {
      const excluded = new Set(target.namespace === undefined ? target.excludeNamespaces : []);
      try {
        for await (const page of listTarget(client, { ...target, pageSize }, signal)) {
          if (page.total !== undefined) target.onSize?.(page.total);
          yield* toObjects(page, target, excluded);
        }
      } catch (thrown) {
        throw toListError(thrown, { ...target.resource, namespace: target.namespace }, client);
      }
    },
  };
}

async function* listTarget(
  client: KubernetesClient,
  target: ListTarget & { readonly pageSize: number },
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const path = collectionPath(target.resource, target.namespace);
  const { labelSelector, pageSize } = target;
  const fieldSelector = toFieldSelector(target);
  let started = false;
  try {
    for await (const page of listPages(
      client,
      { path, pageSize, query: { labelSelector, fieldSelector } },
      signal,
    )) {
      started = true;
      yield page;
    }
  } catch (thrown) {
    // Some types know no field selectors; what is excluded is left out here as well.
    if (started || fieldSelector === undefined || !isApiStatus(thrown, 400)) throw thrown;
    yield* listPages(client, { path, pageSize, query: { labelSelector } }, signal);
  }
}

function toFieldSelector({ resource, namespace, excludeNamespaces }: ListTarget): string | undefined {
  if (!resource.namespaced || namespace !== undefined || excludeNamespaces.length === 0) return undefined;
  const selector = excludeNamespaces.map((name) => `metadata.namespace!=${name}`).join(',');
  return selector.length > longestFieldSelector ? undefined : selector;
}

function* toObjects(
  { body, items }: ListPage,
  { resource }: ListTarget,
  excluded: ReadonlySet<string | undefined>,
): Generator<AuditedObject> {
  const type = { apiVersion: formatApiVersion(resource), kind: resource.kind };
  for (const item of items) {
    const { labels, ...metadata } = item.metadata;
    if (excluded.has(metadata.namespace)) continue;
    yield { resource, reference: { ...type, ...metadata }, labels, json: itemJson(body, item, type) };
  }
}
