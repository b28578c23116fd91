import { type Dispatcher, fetch } from 'undici';
import { AuditError } from '../domain/index.ts';
import { type DispatcherOptions, HostDispatcher, isInsecure } from './dispatchers.ts';

/** An answer whose body has not been read yet; `read` or `discard` has to be called. */
export type Answer = {
  readonly status: number;
  header(name: string): string | undefined;
  /** Rejects with a DownloadError, or when the signal of the request aborts. */
  read(): Promise<Uint8Array>;
  discard(): Promise<void>;
};

export type DownloadRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export type Downloader = {
  /**
   * Follows redirects; credentials do not go to another host. An https URL of an insecure host is asked as it is, then without
   * looking at its certificate, then without TLS. Rejects with a DownloadError when there is no answer, or when the signal aborts.
   */
  get(url: string, request: DownloadRequest): Promise<Answer>;
  close(): Promise<void>;
};

/** Why something cannot be downloaded: one line, and what to do about it. */
export class DownloadError extends Error {
  readonly tries: readonly string[];

  constructor(message: string, options: ErrorOptions & { readonly tries?: readonly string[] } = {}) {
    super(message, options);
    this.name = 'DownloadError';
    this.tries = options.tries ?? [];
  }
}

export const maxModuleBytes = 256 * 2 ** 20;

const timeoutMs = 60_000;

const notTls = 'it does not speak TLS';
const stranger = 'its certificate is of no authority that is known here';
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_SOCKET: 'the connection was cut',
  EPROTO: notTls,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is that of another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: stranger,
  SELF_SIGNED_CERT_IN_CHAIN: stranger,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: stranger,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: stranger,
};
const ofTrust: ReadonlySet<string> = new Set([notTls, stranger]);

/** HTTP for modules, signatures and images. */
export function createDownloader(options: DispatcherOptions): Downloader {
  const strict = new HostDispatcher(options, 'strict');
  const lax = new HostDispatcher(options, 'lax');
  /** How an insecure host was reached before. */
  const known = new Map<string, readonly Way[]>();

  async function get(url: string, request: DownloadRequest): Promise<Answer> {
    const { protocol, host } = new URL(url);
    const direct: Way = { url: (given) => given, dispatcher: strict };
    if (protocol !== 'https:' || !isInsecure(host, options.sources)) return ask(url, direct, request);
    const plain = (given: string): string => given.replace(/^https:/, 'http:');
    const all = [direct, { ...direct, dispatcher: lax }, { url: plain, dispatcher: lax }] as const;
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

type Way = { readonly url: (url: string) => string; readonly dispatcher: Dispatcher };

async function ask(url: string, way: Way, request: DownloadRequest): Promise<Answer> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  const { headers } = request;
  const fail = (thrown: unknown): never => {
    request.signal.throwIfAborted();
    throw toDownloadError(thrown, url);
  };
  const answer = await fetch(way.url(url), { headers, signal, dispatcher: way.dispatcher }).catch(fail);
  return {
    status: answer.status,
    header: (name) => answer.headers.get(name) ?? undefined,
    read: () => readBody(answer.body ?? []).catch(fail),
    discard: async () => answer.body?.cancel(),
  };
}

async function readBody(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxModuleBytes) throw new DownloadError('it is larger than 256 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toDownloadError(thrown: unknown, url: string): DownloadError {
  if (thrown instanceof DownloadError) return thrown;
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  if (cause instanceof AuditError) return new DownloadError(cause.message, { cause });
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return new DownloadError(`no answer within ${timeoutMs / 1000} seconds`, { cause });
  const why = describe(cause);
  if (!ofTrust.has(why)) return new DownloadError(why, { cause });
  const { host } = new URL(url);
  const tries = [`name its authority under source_authorities, or ${host} under insecure_sources`];
  return new DownloadError(why, { cause, tries });
}

function describe(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return reasons[code] ?? (code || 'it cannot be downloaded');
}
