import { z } from 'zod';
import { type KubernetesClient, objectPath, requestJson } from '../../kubernetes/index.ts';

/** The UID of the Namespace kube-system, by which a cluster is known as long as it lives; or why that is not known. */
export type ClusterIdentity = { readonly uid: string } | { readonly unknown: string };

const namespaceSchema = z.object({ metadata: z.object({ uid: z.string().min(1) }) });
const type = { group: '', version: 'v1', resource: 'namespaces' };
const limitMs = 10_000;

/** Never rejects: that something is not known is an answer here, too. */
export async function identifyCluster(client: KubernetesClient): Promise<ClusterIdentity> {
  const path = objectPath(type, { namespace: undefined, name: 'kube-system' });
  try {
    const signal = AbortSignal.timeout(limitMs);
    const answer = await requestJson(client, { method: 'GET', path, signal });
    return { uid: namespaceSchema.parse(answer).metadata.uid };
  } catch (thrown) {
    if (thrown instanceof z.ZodError) return { unknown: 'the Namespace kube-system has no UID' };
    return { unknown: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
