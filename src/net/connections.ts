import type { LookupFunction } from 'node:net';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { type Address, createConnector } from './connector.ts';
import { type ExchangeLimits, exchange, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { TlsTerms } from './tls.ts';

/** How one server is reached. */
export type ConnectionTerms = {
  readonly tls: TlsTerms;
  readonly proxy: URL | undefined;
  /** The most that are open at a time; as many as there are requests unless given. */
  readonly most?: number;
  /** How long a connection without work is kept for the next request. 0 gives each request one of its own. */
  readonly idleMs: number;
  readonly connectTimeoutMs?: number;
  /** HTTP/2 where the server offers it. It puts all requests on one connection. */
  readonly http2?: boolean;
  /** Not where a proxy resolves the name. */
  readonly lookup?: LookupFunction;
  /** Where connections go instead of where the URL says; names in requests and in TLS stay those of the URL. Not with a proxy. */
  readonly at?: Address;
};

/** Connections to any number of servers, each with its own settings. */
export class Connections {
  readonly #termsOf: (server: URL) => ConnectionTerms;
  readonly #dispatchers = new Map<string, Dispatcher>();

  /** `termsOf` is asked once for each origin. */
  constructor(termsOf: (server: URL) => ConnectionTerms) {
    this.#termsOf = termsOf;
  }

  /** Throws what `termsOf` throws for this server, before there is anything to ask it. */
  prepare(server: URL): void {
    this.#to(server.origin);
  }

  /** See the function; rejects with what `termsOf` throws, too. */
  async exchange(request: HttpRequest, limits: ExchangeLimits): Promise<HttpAnswer> {
    return exchange(this.#to(request.origin), request, limits);
  }

  /** Waits for what is in flight. */
  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.close()));
  }

  /** Ends what is in flight. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
  }

  #to(origin: string): Dispatcher {
    const known = this.#dispatchers.get(origin);
    if (known !== undefined) return known;
    const dispatcher = createDispatcher(origin, this.#termsOf(new URL(origin)));
    this.#dispatchers.set(origin, dispatcher);
    return dispatcher;
  }
}

const defaultConnectTimeoutMs = 10_000;

function createDispatcher(origin: string, terms: ConnectionTerms): Dispatcher {
  const { tls, proxy, most, idleMs, lookup, at, http2 = false } = terms;
  const timeout = terms.connectTimeoutMs ?? defaultConnectTimeoutMs;
  const isKept = idleMs > 0;
  const options = {
    connections: most ?? null,
    // 0 makes undici ask for the end of the connection with every request.
    pipelining: isKept ? 1 : 0,
    ...(isKept && { keepAliveTimeout: idleMs }),
    allowH2: http2,
    // The deadline of a whole exchange is kept around it.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  if (proxy !== undefined) {
    const requestTls = toConnectOptions(terms, timeout);
    return new ProxyAgent({ ...options, uri: proxy.href, requestTls, connectTimeout: timeout });
  }
  const usesOwn = isKept && at === undefined;
  const connect = usesOwn
    ? toConnectOptions(terms, timeout)
    : createConnector({ tls, lookup, at, timeoutMs: timeout });
  return new Pool(origin, { ...options, connect });
}

/** For undici's own connector, which takes up TLS sessions again; that pays where connections are kept. */
function toConnectOptions({ tls, idleMs, http2 = false }: ConnectionTerms, timeout: number) {
  return {
    secureContext: tls.secureContext,
    rejectUnauthorized: tls.verify,
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    allowH2: http2,
    timeout,
    // Load balancers close connections that are silent for a minute.
    keepAliveInitialDelay: 30_000,
    ...(idleMs === 0 && { maxCachedSessions: 0 }),
  };
}
