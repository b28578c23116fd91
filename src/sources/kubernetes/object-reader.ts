import { z } from 'zod';
import { AuditError, errorCodes } from '../../domain/errors.ts';
import type { AccessReview, ObjectReader } from '../../domain/object-reader.ts';
import { formatApiVersion } from '../../domain/resource.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { isApiStatus } from '../../kubernetes/errors.ts';
import { requestJson } from '../../kubernetes/json.ts';
import { itemJson } from '../../kubernetes/list-splitter.ts';
import { listPages } from '../../kubernetes/pages.ts';
import { collectionPath } from '../../kubernetes/paths.ts';
import { trimMetadata } from '../../kubernetes/trim.ts';
import { readServedTypes } from './discovery.ts';
import { toListError } from './list-errors.ts';

/** The objects of a live cluster, as policies read them. `pageSize` is the number of objects per LIST request, 0 for all at once. */
export function createKubernetesObjectReader(client: KubernetesClient, pageSize: number): ObjectReader {
  return {
    async findType({ apiVersion, kind }, signal) {
      try {
        const types = await readServedTypes(client, apiVersion, signal);
        return types.find((type) => type.kind === kind);
      } catch (thrown) {
        if (isApiStatus(thrown, 404)) return undefined;
        throw thrown;
      }
    },
    async *list(type, fieldSelector, signal) {
      const names = { apiVersion: formatApiVersion(type), kind: type.kind };
      const list = { path: collectionPath(type, undefined), pageSize, query: { fieldSelector } };
      try {
        for await (const { body, items } of listPages(client, list, signal)) {
          for (const item of items) {
            const { name, namespace, labels } = item.metadata;
            yield { name, namespace, labels, json: trimMetadata(itemJson(body, item, names)) };
          }
        }
      } catch (thrown) {
        throw toListError(thrown, { ...type, namespace: undefined }, client);
      }
    },
    canI: (review, signal) => reviewAccess(client, review, signal),
  };
}

const reviewSchema = z.object({ status: z.looseObject({ allowed: z.boolean() }) });

async function reviewAccess(
  client: KubernetesClient,
  spec: AccessReview,
  signal: AbortSignal,
): Promise<object> {
  const answer = await requestJson(client, {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    contentType: 'application/json',
    body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }),
    // Nothing is stored: it is a question.
    idempotent: true,
    signal,
  });
  const review = reviewSchema.safeParse(answer).data;
  if (review !== undefined) return review.status;
  throw new AuditError(errorCodes.apiRequestFailed, 'SubjectAccessReview did not return a response');
}
