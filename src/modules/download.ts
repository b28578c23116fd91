import { gunzipSync } from 'node:zlib';
import { AuditError } from '../domain/index.ts';
import {
  Connections,
  type ConnectionTerms,
  createContext,
  type FailureWords,
  getFollowing,
  type HttpAnswer,
  systemAuthorities,
  toFailure,
} from '../net/index.ts';
import type { ProxySettings, SourceSettings } from './source-settings.ts';

export type DownloadRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export type Downloader = {
  /**
   * Follows redirects; credentials do not go to another host. An https URL of an insecure host is asked as it is, then without
   * looking at its certificate, then without TLS. Rejects with a DownloadError when there is no answer, or when the signal aborts.
   */
  get(url: string, request: DownloadRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
};

export type DownloaderOptions = {
  /** The proxy for a server, of the settings' own or of the environment. Throws an AuditError for one that is not a URL. */
  readonly findProxy: (server: URL, own: ProxySettings | undefined) => URL | undefined;
  readonly sources: SourceSettings;
};

type DownloadErrorOptions = ErrorOptions & { readonly tries?: readonly string[]; readonly lasting?: boolean };

/** Why something cannot be downloaded: one line, and what to do about it. */
export class DownloadError extends Error {
  readonly tries: readonly string[];
  /** Whether the next attempt would fail in the same way. */
  readonly lasting: boolean | undefined;

  constructor(message: string, options: DownloadErrorOptions = {}) {
    super(message, options);
    this.name = 'DownloadError';
    this.tries = options.tries ?? [];
    this.lasting = options.lasting;
  }
}

export const maxModuleBytes = 256 * 2 ** 20;

const timeoutMs = 60_000;

const notTls = 'it does not speak TLS';
const stranger = 'its certificate was issued by an unknown authority';
const reasons: FailureWords = {
  unknownName: 'the host name is not known',
  nameNotLookedUp: 'the host name cannot be looked up at the moment',
  refused: 'the connection was refused',
  reset: 'the connection was cut',
  connectTimeout: 'no connection in time',
  cut: 'the connection was cut',
  tlsUnclear: notTls,
  notTls,
  expired: 'its certificate has expired',
  wrongName: 'its certificate was issued for another host',
  selfSigned: stranger,
  unknownAuthority: stranger,
  deadline: `no answer within ${timeoutMs / 1000} seconds`,
  tooLarge: `it is larger than ${maxModuleBytes / 2 ** 20} MiB`,
};
const ofTrust: ReadonlySet<string> = new Set([notTls, stranger]);

/** HTTP for modules, signatures and images. */
export function createDownloader(options: DownloaderOptions): Downloader {
  const { sources } = options;
  const strict = new Connections((server) => termsOf(server, options, { verify: true }));
  const lax = new Connections((server) =>
    termsOf(server, options, { verify: !isInsecure(server.host, sources) }),
  );
  /** How an insecure host was reached before. */
  const known = new Map<string, readonly Way[]>();

  async function get(url: string, request: DownloadRequest): Promise<HttpAnswer> {
    const { protocol, host } = new URL(url);
    const direct: Way = { url: (given) => given, connections: strict };
    if (protocol !== 'https:' || !isInsecure(host, sources)) return ask(url, direct, request);
    const plain = (given: string): string => given.replace(/^https:/, 'http:');
    const all = [direct, { ...direct, connections: lax }, { url: plain, connections: lax }] as const;
    let failure: unknown;
    for (const way of known.get(host) ?? all) {
      try {
        const answer = await ask(url, way, request);
        known.set(host, [way]);
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof DownloadError)) throw thrown;
        failure = thrown;
      }
    }
    throw failure;
  }

  return {
    get,
    close: async () => {
      await Promise.all([strict.close(), lax.close()]);
    },
  };
}

/** Whether a host need not show a certificate, nor speak TLS: nobody can listen on the way to this machine itself. */
function isInsecure(host: string, { insecureHosts, authorities }: SourceSettings): boolean {
  const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
  return insecureHosts.includes(host) || (isLoopback && authorities[host] === undefined);
}

/** Each host has its own, also where a redirect leads. */
function termsOf(
  server: URL,
  { sources, findProxy }: DownloaderOptions,
  { verify }: { readonly verify: boolean },
): ConnectionTerms {
  const ca = [...systemAuthorities(), ...(sources.authorities[server.host] ?? [])];
  const tls = { secureContext: createContext({ ca }), verify };
  return { tls, proxy: findProxy(server, sources.proxies), idleMs: 4000, http2: true };
}

type Way = { readonly url: (url: string) => string; readonly connections: Connections };

async function ask(url: string, way: Way, { headers, signal }: DownloadRequest): Promise<HttpAnswer> {
  const request = { url: way.url(url), headers: { ...usualHeaders, ...headers } };
  const limits = { deadlineMs: timeoutMs, maxBodyBytes: maxModuleBytes, signal };
  try {
    return unpack(await getFollowing(way.connections, request, limits));
  } catch (thrown) {
    signal.throwIfAborted();
    throw toDownloadError(thrown, url);
  }
}

const usualHeaders = { accept: '*/*', 'accept-encoding': 'gzip', 'user-agent': 'audit-scanner' };

function unpack(answer: HttpAnswer): HttpAnswer {
  if (answer.headers['content-encoding'] !== 'gzip') return answer;
  return { ...answer, body: gunzipSync(answer.body, { maxOutputLength: maxModuleBytes }) };
}

function toDownloadError(thrown: unknown, url: string): DownloadError {
  if (thrown instanceof AuditError) return new DownloadError(thrown.message, { cause: thrown });
  const { kind, code, cause } = toFailure(thrown);
  const why = reasons[kind] ?? code ?? 'it cannot be downloaded';
  const { host } = new URL(url);
  const tries = ofTrust.has(why)
    ? [`name its authority under source_authorities, or ${host} under insecure_sources`]
    : [];
  return new DownloadError(why, { cause, tries });
}
