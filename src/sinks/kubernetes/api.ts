import {
  ApiStatusError,
  type KubernetesClient,
  collectionPath as pathOfCollection,
} from '../../kubernetes/index.ts';
import type { ReportApi } from '../../reports/index.ts';

/** What the report sink needs of the API server's client. */
export type KubernetesApi = Pick<KubernetesClient, 'request'>;

export const jsonType = 'application/json';
export const mergePatchType = 'application/merge-patch+json';

/** Path of a report API's collection, in one namespace if given. */
export function collectionPath({ plural, ...api }: ReportApi, namespace: string | undefined): string {
  return pathOfCollection({ ...api, resource: plural }, namespace);
}

/** Path of one report. */
export function reportPath(api: ReportApi, namespace: string | undefined, name: string): string {
  return `${collectionPath(api, namespace)}/${encodeURIComponent(name)}`;
}

/** `reports.openreports.io`: how kubectl and RBAC name a report API. */
export function resourceNameOf(api: ReportApi): string {
  return `${api.plural}.${api.group}`;
}

/** The API server's own words where it answered, else the error's message. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiStatusError) return `${error.explanation} (${error.status})`;
  return error instanceof Error ? error.message : String(error);
}
