import { fileURLToPath } from 'node:url';
import { type AuditErrorOptions, errorCodes, NoAnswerError } from '../domain/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';
import { DownloadError, type Downloader, maxModuleBytes } from './download.ts';
import { recordRepository, replayRepository } from './evidence.ts';
import { parseRegistryUrl } from './image-reference.ts';
import type { VerifyKeyless } from './keyless.ts';
import type { FindCredentials } from './login.ts';
import { pullModule } from './pull.ts';
import { openRepository } from './registry.ts';
import type { ModuleStore } from './store.ts';
import type { VerificationConfig } from './verification-config.ts';

export type ModuleLoaderOptions = {
  /** Undefined where nothing may be downloaded. */
  readonly downloader: Downloader | undefined;
  readonly findCredentials: FindCredentials;
  /** The signatures that every module must have. What cannot have any is not loaded then. */
  readonly verification: VerificationConfig | undefined;
  /** Verifies keyless signatures; undefined without a trust root. */
  readonly verifyKeyless?: VerifyKeyless | undefined;
  /** Undefined to load everything from its source. */
  readonly store: ModuleStore | undefined;
};

/** Loads a module by its absolute URL, each once. Rejects with `moduleUnavailable`, or when the signal aborts. */
export type LoadModule = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

/** Loads modules from `file://`, `https://`, `http://` and `registry://`. */
export function createModuleLoader(options: ModuleLoaderOptions): LoadModule {
  const loaded = new Map<string, Promise<Uint8Array>>();
  return (url, signal) => {
    const loading = loaded.get(url) ?? load(url, options, signal);
    loaded.set(url, loading);
    return loading;
  };
}

async function load(url: string, options: ModuleLoaderOptions, signal: AbortSignal): Promise<Uint8Array> {
  checkUrl(url, options);
  if (url.startsWith('file:')) return readModuleFile(url, signal);
  const before = await options.store?.find(url);
  const isSettled = options.verification === undefined && !isMovable(url);
  if (before !== undefined && isSettled) return before;
  const fail = (thrown: unknown): never => {
    signal.throwIfAborted();
    if (!(thrown instanceof DownloadError)) throw thrown;
    throw unavailable(url, thrown.message, { tries: thrown.tries, lasting: thrown.lasting, cause: thrown });
  };
  if (options.downloader === undefined) return loadOffline(url, { ...options, before, signal }).catch(fail);
  const { downloader } = options;
  const module = await download(url, { ...options, downloader, before }, signal).catch(fail);
  if (module !== before) await options.store?.keep(url, module);
  return module;
}

function checkUrl(url: string, { verification }: ModuleLoaderOptions): void {
  if (!/^(?:file|https?|registry):\/\//.test(url))
    throw unavailable(url, 'its URL must begin with file://, https:// or registry://', { lasting: true });
  if (verification !== undefined && !url.startsWith('registry:'))
    throw unavailable(url, 'its signatures must be verified, but only modules of a registry have any', {
      lasting: true,
    });
}

/** Whether the name may mean another module tomorrow. Other tags can move too, but are meant to stay. */
function isMovable(url: string): boolean {
  const { tag, digest } = parseRegistryUrl(url) ?? {};
  return tag === 'latest' && digest === undefined;
}

type Offline = Pick<ModuleLoaderOptions, 'verification' | 'verifyKeyless' | 'store'> &
  Pick<Download, 'before'> & { readonly signal: AbortSignal };

async function loadOffline(url: string, options: Offline): Promise<Uint8Array> {
  const { before, verification, store } = options;
  if (verification === undefined && before !== undefined) return before;
  if (verification !== undefined && before !== undefined) {
    const reference = parseRegistryUrl(url);
    const repository = replayRepository((await store?.findEvidence(url)) ?? '');
    if (reference !== undefined && repository !== undefined)
      return pullModule(reference, repository, options);
    throw unavailable(url, 'its signatures must be verified, but they were not stored for --offline', {
      tries: ['run the same scan once without --offline'],
      lasting: true,
    });
  }
  throw unavailable(url, 'downloads are switched off (--offline), and it was never downloaded', {
    tries: [`kwctl pull ${url}`, 'let the policy name the file: module: file://policy.wasm'],
    lasting: true,
  });
}

type Download = Omit<ModuleLoaderOptions, 'downloader'> & {
  readonly downloader: Downloader;
  readonly before: Uint8Array | undefined;
};

async function download(url: string, options: Download, signal: AbortSignal): Promise<Uint8Array> {
  if (url.startsWith('registry://')) {
    const reference = parseRegistryUrl(url);
    if (reference === undefined)
      throw new DownloadError(
        'its URL must be like registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0',
      );
    const repository = recordRepository(openRepository(reference, options));
    const module = await pullModule(reference, repository, { ...options, signal });
    if (options.verification !== undefined) await options.store?.keepEvidence(url, repository.evidence());
    return module;
  }
  if (!URL.canParse(url)) throw new DownloadError('it is not a valid URL');
  const answer = await options.downloader.get(url, { headers: {}, signal });
  if (answer.status === 200) return answer.body;
  throw new DownloadError(`the server answers HTTP ${answer.status}`);
}

async function readModuleFile(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const path = toPath(url);
  try {
    return await readRegularFile(path, { signal, maxBytes: maxModuleBytes });
  } catch (cause) {
    signal.throwIfAborted();
    throw unavailable(path, describeSystemError(cause), { cause, lasting: true });
  }
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw unavailable(url, 'it is not an absolute file path', { cause, lasting: true });
  }
}

/** Why a module cannot be loaded. */
function unavailable(name: string, why: string, options: AuditErrorOptions = {}): NoAnswerError {
  return new NoAnswerError(
    errorCodes.moduleUnavailable,
    `the module ${name} cannot be loaded: ${why}`,
    options,
  );
}
