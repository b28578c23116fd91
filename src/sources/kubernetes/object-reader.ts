import { z } from 'zod';
import { AuditError, errorCodes, formatApiVersion } from '../../domain/index.ts';
import {
  collectionPath,
  type ItemMetadata,
  isApiStatus,
  itemJson,
  type KubernetesClient,
  listPages,
  objectPath,
  readSingleItem,
  requestJson,
  trimMetadata,
} from '../../kubernetes/index.ts';
import type { AccessReview, ObjectReader, ReadableObject } from '../index.ts';
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
    async *list(type, { namespace, fieldSelector }, signal) {
      const names = { apiVersion: formatApiVersion(type), kind: type.kind };
      const list = { path: collectionPath(type, namespace), pageSize, query: { fieldSelector } };
      try {
        for await (const { body, items } of listPages(client, list, signal)) {
          for (const item of items) {
            yield toReadable(item.metadata, itemJson(body, item, names));
          }
        }
      } catch (thrown) {
        throw toListError(thrown, { ...type, namespace }, client);
      }
    },
    async get(type, object, signal) {
      try {
        const path = objectPath(type, object);
        const { body } = await client.request({ method: 'GET', path, signal });
        return toReadable(readSingleItem(body).metadata, body);
      } catch (thrown) {
        if (isApiStatus(thrown, 404)) return undefined;
        throw thrown;
      }
    },
    canI: (review, signal) => reviewAccess(client, review, signal),
  };
}

function toReadable({ namespace, name, labels }: ItemMetadata, json: Buffer): ReadableObject {
  return { namespace, name, labels, json: trimMetadata(json) };
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
