import {
  type ApiResource,
  AuditError,
  errorCodes,
  formatGroupResource,
  toAuditError,
} from '../../domain/index.ts';
import { collectionPath, type KubernetesClient, listPages } from '../../kubernetes/index.ts';
import { type OwnedObject, type OwnerSource, readOwner } from '../index.ts';
import { toListError } from './list-errors.ts';

const pageSize = 500;
/** Without spec and status. What does not know this form gives whole objects, which do as well. */
const metadataOnly = [
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  'application/json',
].join(',');

export type OwnerListing = {
  /** Whether one LIST of the whole cluster is better than one for each namespace. */
  readonly everywhere: boolean;
  readonly onNotice: (text: string) => void;
};

type Listed = ReadonlyMap<string, OwnedObject> | AuditError;

/**
 * Owners in a live cluster: each type is listed once, when the first of its objects is asked for; where that is not allowed for the
 * whole cluster, once for each namespace.
 */
export function createKubernetesOwnerSource(client: KubernetesClient, listing: OwnerListing): OwnerSource {
  const lists = new Map<string, Promise<Listed>>();
  const told = new Set<string>();

  const listOnce = (type: ApiResource, namespace: string | undefined, signal: AbortSignal) => {
    const key = `${formatGroupResource(type)} ${namespace ?? ''}`;
    const listed = lists.get(key) ?? listOwners(client, { type, namespace }, signal);
    lists.set(key, listed);
    return listed;
  };
  const list = async (type: ApiResource, namespace: string | undefined, signal: AbortSignal) => {
    if (type.namespaced && !listing.everywhere) return listOnce(type, namespace, signal);
    const listed = await listOnce(type, undefined, signal);
    const mayBeAllowedInside = type.namespaced && isForbidden(listed);
    return mayBeAllowedInside ? listOnce(type, namespace, signal) : listed;
  };
  const tellOnce = (type: ApiResource, { message, code }: AuditError): void => {
    const resource = formatGroupResource(type);
    if (told.has(resource)) return;
    told.add(resource);
    listing.onNotice(
      `the owners of ${resource} are unknown, so findings are not rolled up any further: ${message} [${code}]`,
    );
  };

  return {
    async find(type, { namespace, name }, signal) {
      if (!type.verbs.includes('list')) return 'unknown';
      const listed = await list(type, namespace, signal);
      if (!(listed instanceof AuditError)) return listed.get(keyOf({ namespace, name }));
      if (!signal.aborted) tellOnce(type, listed);
      return 'unknown';
    },
  };
}

async function listOwners(
  client: KubernetesClient,
  { type, namespace }: { readonly type: ApiResource; readonly namespace: string | undefined },
  signal: AbortSignal,
): Promise<Listed> {
  const list = { path: collectionPath(type, namespace), pageSize, accept: metadataOnly };
  const objects = new Map<string, OwnedObject>();
  try {
    for await (const { body, items } of listPages(client, list, signal)) {
      for (const { metadata, start, end } of items)
        objects.set(keyOf(metadata), { uid: metadata.uid, owner: readOwner(body.subarray(start, end)) });
    }
    return objects;
  } catch (thrown) {
    return toAuditError(toListError(thrown, { ...type, namespace }, client));
  }
}

function isForbidden(listed: Listed): boolean {
  return listed instanceof AuditError && listed.code === errorCodes.listForbidden;
}

function keyOf({
  namespace,
  name,
}: {
  readonly namespace: string | undefined;
  readonly name: string;
}): string {
  return `${namespace ?? ''}/${name}`;
}
