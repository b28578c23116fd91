import { Connections } from './connections.ts';
import type { HttpAnswer, HttpRequest } from './exchange.ts';
import { findProxy } from './proxy.ts';
import { createContext } from './tls.ts';

export type OnceOptions = {
  /** Names the proxy, if there is one. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From connecting to the last byte of the answer. */
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
};

/**
 * Sends one request on a connection of its own, with the certificate authorities of Node.js, and follows no redirect. Rejects with a
 * TransportFailure.
 */
export async function exchangeOnce(
  request: HttpRequest,
  { env, deadlineMs, maxBodyBytes }: OnceOptions,
): Promise<HttpAnswer> {
  const connections = new Connections((server) => ({
    tls: { secureContext: createContext({}), verify: true },
    proxy: findProxy(server, env),
    idleMs: 0,
  }));
  try {
    const { signal } = new AbortController();
    return await connections.exchange(request, { deadlineMs, maxBodyBytes, signal });
  } finally {
    await connections.destroy();
  }
}
