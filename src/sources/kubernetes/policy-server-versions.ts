import { z } from 'zod';
import type { KubernetesClient } from '../../kubernetes/index.ts';
import { policyApi } from '../index.ts';
import { readList } from './lists.ts';

const schema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string().min(1), generation: z.number() }),
});

/**
 * By its name, what tells a PolicyServer from every other one and from itself before its spec was changed. One that does not say is not
 * there. Rejects with an AuditError.
 */
export async function listPolicyServerVersions(
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const documents = await readList(
    client,
    { ...policyApi, resource: 'policyservers', namespace: undefined },
    signal,
  );
  const known = documents.flatMap((document) => schema.safeParse(document).data ?? []);
  return new Map(known.map(({ metadata: { name, uid, generation } }) => [name, `${uid} ${generation}`]));
}
