import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AuditError } from '../../domain/errors.ts';
import { createDownloader, type Downloader } from './download.ts';
import { pullModule } from './registry.ts';
import { maxModuleBytes, tooLarge, unavailable } from './unavailable.ts';

export type ModuleLoaderOptions = {
  /** Nothing may be downloaded. */
  readonly offline: boolean;
  /** For proxies, and for the folder of the Docker configuration. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
};

export type ModuleLoader = {
  /** Loads a module by its absolute URL, each once. Rejects with `moduleUnavailable`, or when the signal aborts. */
  readonly load: (url: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
};

/** Loads modules from `file://`, `https://`, `http://` and `registry://`. */
export function createModuleLoader(options: ModuleLoaderOptions): ModuleLoader {
  const downloader = createDownloader(options.env);
  const loaded = new Map<string, Promise<Uint8Array>>();
  return {
    load(url, signal) {
      const loading = loaded.get(url) ?? load(url, { ...options, downloader, signal });
      loaded.set(url, loading);
      return loading;
    },
    close: () => downloader.close(),
  };
}

type Loading = ModuleLoaderOptions & { readonly downloader: Downloader; readonly signal: AbortSignal };

async function load(url: string, loading: Loading): Promise<Uint8Array> {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1] ?? '';
  if (scheme === 'file') return readModuleFile(url, loading.signal);
  if (!['https', 'http', 'registry'].includes(scheme))
    throw unavailable(url, 'its URL must begin with file://, https:// or registry://');
  if (loading.offline)
    throw unavailable(url, 'downloads are switched off (--offline)', {
      tries: [`kwctl pull ${url}`, 'let the policy name the file: module: file://policy.wasm'],
    });
  if (scheme === 'registry') return pullModule(url, loading);
  const answer = await loading.downloader.get(url, { name: url, headers: {}, signal: loading.signal });
  if (answer.status !== 200) throw unavailable(url, `the server answers HTTP ${answer.status}`);
  return answer.read();
}

async function readModuleFile(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const path = toPath(url);
  try {
    const facts = await stat(path);
    // Reading a pipe or a device may never end.
    if (!facts.isFile()) throw unavailable(path, 'it is no file');
    if (facts.size > maxModuleBytes) throw tooLarge(path);
    return await readFile(path, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof AuditError) throw cause;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw unavailable(path, missing ? 'there is no such file' : 'the file cannot be read', { cause });
  }
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw unavailable(url, 'it is no absolute path of a file', { cause });
  }
}
