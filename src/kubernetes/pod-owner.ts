import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';
import type { KubernetesClient } from './client.ts';
import { requestJson } from './json.ts';
import { objectPath } from './paths.ts';

/** An object as Events refer to it. */
export type ObjectIdentity = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
};

const ownerSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
});
const podSchema = z.object({
  metadata: z.object({ uid: z.string(), ownerReferences: z.array(ownerSchema).optional() }),
});

const podType = { group: '', version: 'v1', resource: 'pods' };

/** The Job that a Pod belongs to, or else the Pod itself: one GET. Rejects as the client does. */
export async function findJobOfPod(
  client: Pick<KubernetesClient, 'request'>,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<ObjectIdentity> {
  const path = objectPath(podType, pod);
  const document = podSchema.safeParse(
    await requestJson(client, { method: 'GET', path, maxTries: 2, signal }),
  );
  if (!document.success)
    throw new AuditError(
      errorCodes.apiRequestFailed,
      `the object at ${path} of the Kubernetes API is not a Pod`,
    );
  const { uid, ownerReferences = [] } = document.data.metadata;
  const owner = ownerReferences.find(({ controller, kind }) => controller === true && kind === 'Job');
  if (owner === undefined) return { apiVersion: 'v1', kind: 'Pod', ...pod, uid };
  const { apiVersion, kind, name, uid: jobUid } = owner;
  return { apiVersion, kind, namespace: pod.namespace, name, uid: jobUid };
}
