import { ApiStatusError } from '../../kubernetes/index.ts';
import type { ReportApi } from '../../reports/index.ts';

export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Starts with a slash; every segment is already escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  /** Whether it may be sent again when it is not known whether it arrived. */
  readonly idempotent?: boolean;
  readonly signal: AbortSignal;
};

export type ApiResponse = { readonly status: number; readonly body: Buffer };

/** What the report sink needs of the API server's client. */
export interface KubernetesApi {
  /**
   * Resolves for answers of success. Rejects with an ApiStatusError for any other answer, and with another AuditError
   * when there was none. Transient failures were already retried.
   */
  request(request: ApiRequest): Promise<ApiResponse>;
}

export const jsonType = 'application/json';
export const mergePatchType = 'application/merge-patch+json';

/** Path of a report API's collection, in one namespace if given. */
export function collectionPath(api: ReportApi, namespace: string | undefined): string {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${api.group}/${api.version}${place}/${api.plural}`;
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
