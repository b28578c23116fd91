import type { GroupVersionResource } from '../../domain/index.ts';
import { collectionPath, type KubernetesClient, type ListPage, listPages } from '../../kubernetes/index.ts';
import { isConnectionError, toListError } from './list-errors.ts';

const pageSize = 500;

export type ListedCollection = GroupVersionResource & {
  /** Undefined for the whole cluster. */
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
};

/**
 * Reads a list that the scan itself depends on. Rejects as toListError says, but with the plain error when there is no way to
 * the API server at all: then no list can be read, and which one was the first is chance.
 */
export async function* readPages(
  client: KubernetesClient,
  { labelSelector, ...type }: ListedCollection,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const path = collectionPath(type, type.namespace);
  try {
    yield* listPages(client, { path, pageSize, query: { labelSelector } }, signal);
  } catch (thrown) {
    throw isConnectionError(thrown) ? thrown : toListError(thrown, type, client);
  }
}

/** Like readPages, with each object parsed, but not checked further. */
export async function readList(
  client: KubernetesClient,
  collection: ListedCollection,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const documents: unknown[] = [];
  for await (const { body, items } of readPages(client, collection, signal)) {
    documents.push(...items.map(({ start, end }): unknown => JSON.parse(body.toString('utf8', start, end))));
  }
  return documents;
}
