import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AuditError, errorCodes } from '../../domain/errors.ts';

export type ModuleLoaderOptions = {
  /** Nothing may be downloaded. */
  readonly offline: boolean;
};

/** Loads a module by its URL, each once. Rejects with `moduleUnavailable`. */
export type ModuleLoader = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

export function createModuleLoader(options: ModuleLoaderOptions): ModuleLoader {
  const loaded = new Map<string, Promise<Uint8Array>>();
  return (url, signal) => {
    const known = loaded.get(url) ?? load(url, options, signal);
    loaded.set(url, known);
    return known;
  };
}

async function load(url: string, { offline }: ModuleLoaderOptions, signal: AbortSignal): Promise<Uint8Array> {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return readModuleFile(url, signal);
  throw unavailable(url, offline ? 'downloads are switched off (--offline)' : 'not yet');
}

async function readModuleFile(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const path = fileURLToPath(url);
  try {
    return await readFile(path, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw unavailable(path, missing ? 'there is no such file' : 'the file cannot be read', cause);
  }
}

function unavailable(name: string, why: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.moduleUnavailable, `the module ${name} cannot be loaded: ${why}`, {
    cause,
  });
}
