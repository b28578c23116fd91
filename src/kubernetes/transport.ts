import { clearTimeout, setTimeout } from 'node:timers';
import { AuditError, errorCodes } from '../domain/index.ts';
import type { Session } from './session.ts';

export type HttpRequest = {
  readonly origin: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array | undefined;
};

export type HttpAnswer = {
  readonly status: number;
  readonly body: Buffer;
  /** What Retry-After asks for; undefined without one. */
  readonly retryAfterMs: number | undefined;
};

export type ExchangeLimits = {
  /** From the first byte sent to the last one received; 0 for as long as it takes. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
};

/** The time for one exchange ran out. */
export class DeadlineError extends Error {}

/**
 * Sends one request and reads the whole answer. Rejects with whatever the transport failed with, with a DeadlineError, with an
 * AuditError for a body that is too large, or with the reason of the signal.
 */
export async function exchange(
  session: Session,
  request: HttpRequest,
  limits: ExchangeLimits,
): Promise<HttpAnswer> {
  limits.signal.throwIfAborted();
  const ends = new AbortController();
  const onAbort = (): void => {
    ends.abort(limits.signal.reason);
  };
  limits.signal.addEventListener('abort', onAbort, { once: true });
  const onDeadline = (): void => {
    ends.abort(new DeadlineError());
  };
  const timer = limits.timeoutMs === 0 ? undefined : setTimeout(onDeadline, limits.timeoutMs);
  try {
    const { origin, method, path, body } = request;
    const headers = { ...request.headers, ...session.headers };
    const response = await session.dispatcher.request({
      origin,
      method,
      path,
      headers,
      body: body ?? null,
      signal: ends.signal,
    });
    return {
      status: response.statusCode,
      retryAfterMs: parseRetryAfter(response.headers['retry-after'], response.headers['date']),
      body: await readBody(response.body, limits.maxBodyBytes),
    };
  } finally {
    limits.signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
}

async function readBody(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): AuditError {
  return new AuditError(
    errorCodes.apiRequestFailed,
    `the Kubernetes API sent more than ${Math.round(maxBytes / 2 ** 20)} MiB in one answer`,
    { tries: ['a smaller --page-size'] },
  );
}

/** Seconds, or a date, which is held against the server's own clock. */
function parseRetryAfter(
  header: string | string[] | undefined,
  date: string | string[] | undefined,
): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const waitMs = Date.parse(header) - Date.parse(String(date));
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
