import { formatApiVersion, type GroupVersionResource } from '../domain/index.ts';

/** The path of one API version: `/apis/apps/v1`, or `/api/v1` for the core group. */
export function apiVersionPath(type: Pick<GroupVersionResource, 'group' | 'version'>): string {
  return `/${type.group === '' ? 'api' : 'apis'}/${formatApiVersion(type)}`;
}

/** The path of a LIST or a create: of one namespace, or of the whole cluster when it is undefined. */
export function collectionPath(type: GroupVersionResource, namespace: string | undefined): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${apiVersionPath(type)}${scope}/${type.resource}`;
}

/** The path of one object; `namespace` is undefined for cluster-scoped ones. */
export function objectPath(
  type: GroupVersionResource,
  object: { readonly namespace: string | undefined; readonly name: string },
): string {
  return `${collectionPath(type, object.namespace)}/${encodeURIComponent(object.name)}`;
}
