import { AuditError, errorCodes } from '../../domain/index.ts';
import type { KubernetesClient } from '../../kubernetes/index.ts';
import type { KnownCluster, Namespace, NamespaceSource } from '../index.ts';
import { createKubernetesDiscovery } from './discovery.ts';
import { createKubernetesNamespaceSource } from './namespaces.ts';

/**
 * What a live cluster tells of the types and Namespaces that files leave open. What it does not allow or cannot answer is told to
 * `onNotice`, and stays unknown; rejects with an AuditError where nothing can be asked at all.
 */
export function createKnownCluster(
  client: KubernetesClient,
  onNotice: (text: string) => void,
): Omit<KnownCluster, 'objects'> {
  const source = createKubernetesNamespaceSource(client);
  return {
    async types(signal) {
      const { resources, failures } = await createKubernetesDiscovery(client).discover(signal);
      for (const { groupVersion, error } of failures)
        onNotice(`the cluster does not list the types of ${groupVersion}: ${error.message} [${error.code}]`);
      return resources;
    },
    async namespaces(names, signal) {
      try {
        const wanted = new Set(names);
        return (await source.list(signal)).filter(({ name }) => wanted.has(name));
      } catch (thrown) {
        if (!isForbidden(thrown)) throw thrown;
        const found = await getAllowed(source, names, signal);
        if (found.length < names.length)
          onNotice(
            `the labels of the namespaces could not be read from the cluster: ${thrown.message} [${thrown.code}]`,
          );
        return found;
      }
    },
  };
}

/** Who may not list them may still read some. */
async function getAllowed(
  source: NamespaceSource,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly Namespace[]> {
  const found: Namespace[] = [];
  for (const name of names) {
    const namespace = await source.get(name, signal).catch((thrown: unknown) => {
      signal.throwIfAborted();
      if (thrown instanceof AuditError) return undefined;
      throw thrown;
    });
    if (namespace !== undefined) found.push(namespace);
  }
  return found;
}

function isForbidden(thrown: unknown): thrown is AuditError {
  return thrown instanceof AuditError && thrown.code === errorCodes.listForbidden;
}
