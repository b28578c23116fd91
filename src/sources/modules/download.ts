import { EnvHttpProxyAgent, fetch } from 'undici';
import { AuditError } from '../../domain/errors.ts';
import { maxModuleBytes, tooLarge, unavailable } from './unavailable.ts';

/** An answer whose body has not been read yet; `read` or `discard` has to be called. */
export type Answer = {
  readonly status: number;
  header(name: string): string | undefined;
  read(): Promise<Uint8Array>;
  discard(): Promise<void>;
};

export type DownloadRequest = {
  /** How messages call what is downloaded. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

export type Downloader = {
  /** Follows redirects; credentials do not go to another host. Rejects with `moduleUnavailable` when there is no answer. */
  get(url: string, request: DownloadRequest): Promise<Answer>;
  close(): Promise<void>;
};

const timeoutMs = 60_000;

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_SOCKET: 'the connection was cut',
};

/** HTTP for modules, through the proxies of the environment. */
export function createDownloader(env: Readonly<Record<string, string | undefined>>): Downloader {
  const either = (name: string): string | undefined => env[name.toLowerCase()] ?? env[name];
  const proxies = {
    httpProxy: either('HTTP_PROXY') ?? '',
    httpsProxy: either('HTTPS_PROXY') ?? '',
    noProxy: either('NO_PROXY') ?? '',
  };
  const dispatcher = new EnvHttpProxyAgent(proxies);
  return {
    async get(url, request) {
      const { headers, name } = request;
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetch(url, { headers, signal, dispatcher }).catch((cause: unknown) =>
        refuse(cause, request),
      );
      return {
        status: answer.status,
        header: (header) => answer.headers.get(header) ?? undefined,
        read: () => readBody(answer.body ?? [], name).catch((cause: unknown) => refuse(cause, request)),
        discard: async () => answer.body?.cancel(),
      };
    },
    close: () => dispatcher.close(),
  };
}

async function readBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxModuleBytes) throw tooLarge(name);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(thrown: unknown, { name, signal }: DownloadRequest): never {
  signal.throwIfAborted();
  if (thrown instanceof AuditError) throw thrown;
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isTimeout = thrown instanceof Error && thrown.name === 'TimeoutError';
  const why = isTimeout
    ? `no answer within ${timeoutMs / 1000} seconds`
    : (reasons[code] ?? (code || 'it cannot be downloaded'));
  throw unavailable(name, why, { cause: thrown });
}
