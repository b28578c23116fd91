import { z } from 'zod';
import {
  type ApiRequest,
  ApiStatusError,
  collectionPath,
  isApiStatus,
  type KubernetesClient,
  objectPath,
  requestJson,
} from '../../kubernetes/index.ts';
import { type Access, type AccessReviewer, type Permission } from '../index.ts';

const accessSchema = z.object({ status: z.object({ allowed: z.boolean() }) });
const userSchema = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/**
 * Asks the API server what the user may do: by SelfSubjectAccessReview, which is a POST that stores nothing and that every
 * authenticated user may send. Where even that is refused, reading one object is tried instead.
 */
export function createKubernetesAccessReviewer(client: KubernetesClient): AccessReviewer {
  return {
    async review(permission, signal) {
      const { verb, group, resource, namespace, name } = permission;
      const spec = { resourceAttributes: { verb, group, resource, namespace, name } };
      try {
        const answer = await ask(client, { ...reviewApi('authorization', 'AccessReview'), spec }, signal);
        return accessSchema.parse(answer).status.allowed ? 'allowed' : 'denied';
      } catch (thrown) {
        if (!isRefusal(thrown) && !(thrown instanceof z.ZodError)) throw thrown;
        return tryOut(client, permission, signal);
      }
    },
    async whoAmI(signal) {
      try {
        const answer = await ask(client, reviewApi('authentication', 'Review'), signal);
        return userSchema.safeParse(answer).data?.status.userInfo.username;
      } catch (thrown) {
        if (isRefusal(thrown)) return undefined;
        throw thrown;
      }
    },
  };
}

type Review = { readonly apiVersion: string; readonly kind: string; readonly spec?: object };

function reviewApi(api: 'authentication' | 'authorization', what: string): Review {
  return { apiVersion: `${api}.k8s.io/v1`, kind: `SelfSubject${what}` };
}

function ask(client: KubernetesClient, review: Review, signal: AbortSignal): Promise<unknown> {
  const path = `/apis/${review.apiVersion}/${review.kind.toLowerCase()}s`;
  const body = JSON.stringify(review);
  return requestJson(client, {
    method: 'POST',
    path,
    body,
    contentType: 'application/json',
    idempotent: true,
    signal,
  });
}

/** Forbidden, or an API server that does not have the API. */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof ApiStatusError && thrown.status < 500 && thrown.status !== 401;
}

async function tryOut(
  client: KubernetesClient,
  permission: Permission,
  signal: AbortSignal,
): Promise<Access> {
  const request = toHarmlessRequest(permission);
  if (request === undefined) return 'unknown';
  try {
    await client.request({ ...request, method: 'GET', signal });
    return 'allowed';
  } catch (thrown) {
    if (isApiStatus(thrown, 403)) return 'denied';
    if (isRefusal(thrown)) return 'unknown';
    throw thrown;
  }
}

/** Undefined for what cannot be tried without changing something. */
function toHarmlessRequest(permission: Permission): Pick<ApiRequest, 'path' | 'query'> | undefined {
  const { verb, resource, namespace, name } = permission;
  if (verb === 'list') return { path: collectionPath(permission, namespace), query: { limit: '1' } };
  if (verb === 'get' && name !== undefined) return { path: objectPath(permission, { namespace, name }) };
  if (verb === 'get' && resource === 'namespaces' && namespace !== undefined)
    return { path: objectPath(permission, { namespace: undefined, name: namespace }) };
  return undefined;
}
