import { Agent, request as send } from 'undici';

export type ObjectMetadata = {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [field: string]: unknown;
};

/** An object as it is sent to, or comes from, the API server. */
export type ApiObject = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type RequestOptions = {
  /** The user to impersonate, e.g. `system:serviceaccount:kubewarden:audit-scanner`; without it, everything is allowed. */
  readonly as?: string;
  /** For PATCH; JSON merge patch when it is left out. */
  readonly contentType?: string;
};

/** The API server refused a request. `body` is the Status object, or the text if it was not JSON. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(what: string, status: number, body: unknown) {
    const said = isStatus(body) ? body.message : String(body);
    super(`${what} answered ${status}: ${said}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

/** Sends one request and parses the JSON answer. @throws {ApiError} for every status from 400 on. */
export type SendRequest = <T = ApiObject>(
  method: Method,
  path: string,
  body?: unknown,
  options?: RequestOptions,
) => Promise<T>;

export type ApiClient = {
  readonly request: SendRequest;
  readonly close: () => Promise<void>;
};

export type ApiEndpoint = {
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
};

export function createApiClient({ server, certificateAuthority, token }: ApiEndpoint): ApiClient {
  const agent = new Agent({ connections: 24, headersTimeout: 60_000, connect: { ca: certificateAuthority } });
  return {
    request: async <T>(
      method: Method,
      path: string,
      body?: unknown,
      options: RequestOptions = {},
    ): Promise<T> => {
      const answer = await send(`${server}${path}`, {
        dispatcher: agent,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'user-agent': 'cluster-harness',
          ...(body === undefined ? {} : { 'content-type': contentTypeOf(method, options) }),
          ...(options.as === undefined ? {} : { 'impersonate-user': options.as }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const parsed = parse(await answer.body.text());
      if (answer.statusCode >= 400) throw new ApiError(`${method} ${path}`, answer.statusCode, parsed);
      return parsed as T;
    },
    // Not close(): that waits for requests which a failed test left open.
    close: () => agent.destroy(),
  };
}

function contentTypeOf(method: Method, { contentType }: RequestOptions): string {
  return contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isStatus(body: unknown): body is { message: string } {
  return typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string';
}
