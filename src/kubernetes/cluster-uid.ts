import { z } from 'zod';
import { AuditError } from '../domain/index.ts';
import type { KubernetesClient } from './client.ts';
import { requestJson } from './json.ts';
import { objectPath } from './paths.ts';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const schema = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

/**
 * What tells a cluster from every other one, however it is reached: the UID of its Namespace `kube-system`. Asked for once; undefined
 * where there is no answer, or none that says it.
 */
export async function readClusterUid(
  client: Pick<KubernetesClient, 'request'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = objectPath(namespaces, { namespace: undefined, name: 'kube-system' });
  try {
    const answer = await requestJson(client, { method: 'GET', path, maxTries: 1, signal });
    return schema.safeParse(answer).data?.metadata.uid;
  } catch (thrown) {
    if (thrown instanceof AuditError) return undefined;
    throw thrown;
  }
}
