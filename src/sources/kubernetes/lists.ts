import type { GroupVersionResource } from '../../domain/resource.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { listPages } from '../../kubernetes/pages.ts';
import { collectionPath } from '../../kubernetes/paths.ts';
import { toListError } from './list-errors.ts';

const pageSize = 500;

export type ListedCollection = GroupVersionResource & {
  /** Undefined for the whole cluster. */
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
};

/** Reads a whole list of objects that the scanner itself needs, parsed but not checked. Rejects as toListError says. */
export async function readList(
  client: KubernetesClient,
  { labelSelector, ...type }: ListedCollection,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const path = collectionPath(type, type.namespace);
  const documents: unknown[] = [];
  try {
    for await (const { body, items } of listPages(
      client,
      { path, pageSize, query: { labelSelector } },
      signal,
    )) {
      documents.push(
        ...items.map(({ start, end }): unknown => JSON.parse(body.toString('utf8', start, end))),
      );
    }
  } catch (thrown) {
    throw toListError(thrown, type, client);
  }
  return documents;
}
