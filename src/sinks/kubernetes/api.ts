import type { ReportApi } from '../../reports/mapper.ts';

export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Starts with a slash; every segment is already escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Defaults to `application/json`. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
};

export type ApiResponse = { readonly status: number; readonly body: Buffer };

/** What the report sink needs of the API server's client. */
export interface KubernetesApi {
  /**
   * Resolves for answers below 400. Rejects with an AuditError otherwise; if the API server answered, the error carries its HTTP
   * `status` and the `reason` of its Status. Transient failures were already retried.
   */
  request(request: ApiRequest): Promise<ApiResponse>;
}

/** The HTTP status that an error of KubernetesApi carries; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

/** Path of a report API's collection, of one namespace if given. */
export function collectionPath(api: ReportApi, namespace?: string): string {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${api.group}/${api.version}${place}/${api.plural}`;
}

/** Path of one report. */
export function objectPath(api: ReportApi, namespace: string | undefined, name: string): string {
  return `${collectionPath(api, namespace)}/${encodeURIComponent(name)}`;
}

/** `reports.openreports.io`: how kubectl and RBAC name a report API. */
export function resourceNameOf(api: ReportApi): string {
  return `${api.plural}.${api.group}`;
}
