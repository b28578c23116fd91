import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { createCachingLookup, createConnector, type TlsSettings } from '../../net/index.ts';

export type DispatchersOptions = {
  readonly tls: TlsSettings;
  readonly findProxy: (server: URL) => URL | undefined;
  /** Connections to one origin at a time. */
  readonly concurrency: number;
  readonly connectTimeoutMs: number;
  readonly reuseConnections: boolean;
  readonly now: () => number;
};

export type Dispatchers = {
  /** The pool of connections for the URL's origin, straight or through the proxy that is prescribed for it. */
  to(url: URL): Dispatcher;
  /** Closes every connection at once. */
  close(): Promise<void>;
};

export function createDispatchers(options: DispatchersOptions): Dispatchers {
  const { tls, concurrency, connectTimeoutMs, reuseConnections, findProxy, now } = options;
  const connect = createConnector({ tls, lookup: createCachingLookup({ now }), timeoutMs: connectTimeoutMs });
  const byOrigin = new Map<string, Dispatcher>();
  const common = {
    connections: concurrency,
    // 0 makes undici ask for the end of the connection with every request.
    pipelining: reuseConnections ? 1 : 0,
    // undici would put all requests on one HTTP/2 connection if the server offered it.
    allowH2: false,
    // Every exchange has its own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  };

  function open(url: URL): Dispatcher {
    const proxy = findProxy(url);
    if (proxy === undefined) return new Pool(url.origin, { ...common, connect });
    const throughTunnel = {
      secureContext: tls.secureContext,
      rejectUnauthorized: tls.verify,
      allowH2: false,
      maxCachedSessions: 0,
      timeout: connectTimeoutMs,
    };
    return new ProxyAgent({
      ...common,
      uri: proxy.href,
      requestTls: throughTunnel,
      connectTimeout: connectTimeoutMs,
    });
  }

  return {
    to(url) {
      const dispatcher = byOrigin.get(url.origin) ?? open(url);
      byOrigin.set(url.origin, dispatcher);
      return dispatcher;
    },
    async close() {
      await Promise.all([...byOrigin.values()].map((dispatcher) => dispatcher.destroy()));
    },
  };
}
