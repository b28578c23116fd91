import { setTimeout as delay } from 'node:timers/promises';
import { AuditError, errorCodes } from '../domain/index.ts';
import { type HttpAnswer, type HttpRequest, readRetryAfter, TransportFailure } from '../net/index.ts';
import type { ClusterConnection } from './connection.ts';
import { parseApiStatus, toApiStatusError } from './errors.ts';
import { type Session, SessionKeeper } from './session.ts';
import { isRetryable, toTransportError } from './transport-errors.ts';

export type ApiRequest = {
  readonly method: HttpRequest['method'];
  /** As the API documentation writes it, e.g. `/api/v1/pods`; segments are already encoded. */
  readonly path: string;
  /** Fields that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
  readonly contentType?: string;
  readonly accept?: string;
  /** Whether doing it twice is the same as doing it once; true for GET, false otherwise unless said. */
  readonly idempotent?: boolean;
  /** Fewer than usual if the caller only wants to know whether there is an answer. */
  readonly maxTries?: number;
  readonly signal: AbortSignal;
};

export type ApiResponse = { readonly status: number; readonly body: Buffer };

export type ClientOptions = {
  /** For one try, from sending to the end of the body; 0 for as long as it takes. */
  readonly requestTimeoutMs: number;
  readonly userAgent: string;
  /** In [0, 1). */
  readonly random: () => number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly delay?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly connections?: number;
  readonly maxBodyBytes?: number;
  /** Called for each attempt with the status of its answer; undefined if there was none. */
  readonly onAnswer?: ((method: string, status: number | undefined) => void) | undefined;
};

export interface KubernetesClient {
  readonly connection: ClusterConnection;
  /**
   * Resolves with an answer of success (2xx). Rejects with an ApiStatusError when the API server answered anything else, and with
   * another AuditError when there was no answer. Transport errors, 5xx and 429 are retried with backoff, as far as doing the
   * request twice is harmless.
   */
  request(request: ApiRequest): Promise<ApiResponse>;
  close(): Promise<void>;
}

const defaults = {
  connections: 32,
  maxBodyBytes: 256 * 2 ** 20,
  delay: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
  onAnswer: undefined,
};

const usualTries = 6;
const firstBackoffMs = 250;
const longestBackoffMs = 10_000;
/** The client does not wait for a server that asks for more than this. */
const longestWaitMs = 60_000;

type Outcome =
  | { readonly answer: HttpAnswer; readonly failure?: undefined }
  | { readonly answer?: undefined; readonly failure: TransportFailure };

/** A client for one API server: raw bytes in and out, authentication, retries and deadlines in between. */
export function createKubernetesClient(
  connection: ClusterConnection,
  options: ClientOptions,
): KubernetesClient {
  return new HttpKubernetesClient(connection, options);
}

class HttpKubernetesClient implements KubernetesClient {
  readonly connection: ClusterConnection;
  readonly #options: Required<ClientOptions>;
  readonly #sessions: SessionKeeper;

  constructor(connection: ClusterConnection, options: ClientOptions) {
    this.connection = connection;
    this.#options = { ...defaults, ...options };
    this.#sessions = new SessionKeeper(connection, this.#options.connections, options.now);
  }

  async request(request: ApiRequest): Promise<ApiResponse> {
    const http = toHttpRequest(this.connection, request, this.#options.userAgent);
    const { signal, idempotent = request.method === 'GET', maxTries = usualTries } = request;
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#attempt(http, signal);
      if (isSuccess(outcome.answer)) return outcome.answer;
      const mayRetry = tries < maxTries && mayRepeat(outcome, idempotent);
      const waitMs = mayRetry ? backoff(tries, this.#options.random(), outcome.answer) : undefined;
      if (waitMs === undefined) throw await this.#toError(outcome, http);
      await unlessAborted(this.#options.delay(waitMs, signal), signal);
    }
  }

  close(): Promise<void> {
    return this.#sessions.close();
  }

  async #attempt(request: HttpRequest, signal: AbortSignal): Promise<Outcome> {
    const session = await unlessAborted(this.#sessions.current(), signal);
    const outcome = await this.#exchange(session, request, signal);
    if (outcome.answer?.status !== 401) return outcome;
    const renewed = await unlessAborted(this.#sessions.renew(session), signal);
    return this.#exchange(renewed, request, signal);
  }

  async #exchange(session: Session, request: HttpRequest, signal: AbortSignal): Promise<Outcome> {
    const { requestTimeoutMs: deadlineMs, maxBodyBytes, onAnswer } = this.#options;
    const authenticated = { ...request, headers: { ...request.headers, ...session.headers } };
    try {
      const limits = { deadlineMs, maxBodyBytes, signal };
      const answer = await session.connections.exchange(authenticated, limits);
      onAnswer?.(request.method, answer.status);
      return { answer };
    } catch (failure) {
      onAnswer?.(request.method, undefined);
      if (signal.aborted) throw interrupted(signal);
      if (failure instanceof TransportFailure) return { failure };
      throw failure;
    }
  }

  async #toError({ answer, failure }: Outcome, request: HttpRequest): Promise<AuditError> {
    if (answer !== undefined) {
      // Selectors and page tokens would only make the message unreadable.
      const [path = ''] = request.path.split('?', 1);
      return toApiStatusError(
        `${request.method} ${path}`,
        this.connection,
        parseApiStatus(answer.status, answer.body),
      );
    }
    return toTransportError(this.connection, failure, this.#options);
  }
}

function isSuccess(answer: HttpAnswer | undefined): answer is HttpAnswer {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

function mayRepeat({ answer, failure }: Outcome, idempotent: boolean): boolean {
  if (failure !== undefined) return isRetryable(failure, idempotent);
  // 429 means that nothing was done yet, whatever the method.
  return answer.status === 429 || (idempotent && answer.status >= 500);
}

/** Exponential with full jitter, on top of what the server asked for. Undefined when it asked for too much. */
function backoff(tries: number, random: number, answer: HttpAnswer | undefined): number | undefined {
  // A date is compared with the server's own clock.
  const asked = (answer && readRetryAfter(answer, Date.parse(String(answer.headers['date'])))) ?? 0;
  if (asked > longestWaitMs) return undefined;
  return asked + random * Math.min(longestBackoffMs, firstBackoffMs * 2 ** (tries - 1));
}

function toHttpRequest({ server }: ClusterConnection, request: ApiRequest, userAgent: string): HttpRequest {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) query.set(name, value);
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return {
    origin: server.origin,
    method: request.method,
    path: `${server.pathname.replace(/\/$/, '')}${request.path}${search}`,
    headers: {
      accept: request.accept ?? 'application/json',
      'user-agent': userAgent,
      ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
    },
    body: request.body,
  };
}

/** Gives up waiting, for whatever it may be, when the signal aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(interrupted(signal));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function interrupted(signal: AbortSignal): AuditError {
  const reason: unknown = signal.reason;
  if (reason instanceof AuditError) return reason;
  return new AuditError(errorCodes.interrupted, 'interrupted while talking to the Kubernetes API', {
    cause: reason,
  });
}
