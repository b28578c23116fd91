import { z } from 'zod';
import { isApiStatus, type KubernetesClient, objectPath, requestJson } from '../../kubernetes/index.ts';
import type { Namespace, NamespaceSource } from '../index.ts';
import { readPages } from './lists.ts';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };

const namespaceSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
});

/** The namespaces of a live cluster. */
export function createKubernetesNamespaceSource(client: KubernetesClient): NamespaceSource {
  return {
    async list(signal) {
      const found: Namespace[] = [];
      for await (const { items } of readPages(client, { ...namespaces, namespace: undefined }, signal)) {
        found.push(...items.map(({ metadata: { name, labels } }) => ({ name, labels })));
      }
      return found;
    },
    async get(name, signal) {
      const path = objectPath(namespaces, { namespace: undefined, name });
      try {
        const { metadata } = namespaceSchema.parse(
          await requestJson(client, { method: 'GET', path, signal }),
        );
        return { name: metadata.name, labels: metadata.labels ?? {} };
      } catch (thrown) {
        if (isApiStatus(thrown, 404)) return undefined;
        throw thrown;
      }
    },
  };
}
