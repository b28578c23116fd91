import type { PolicyFilesConfig } from '../config/index.ts';
import { readMetadata } from '../engine/index.ts';
import { findHomeDir } from '../host/index.ts';
import { createModuleStore, openModules } from '../modules/index.ts';
import { createFilePolicySource } from '../sources/manifests/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { toImageRegistry } from './host-capabilities.ts';
import { createProxyFinder, readModuleTerms } from './module-terms.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * Policies of files, whose modules are fetched on the terms of the user, and as far as they were downloaded before, from there. Rejects with an
 * AuditError for a file of terms that cannot be used.
 */
export async function openFilePolicies(
  { paths, defaultNamespace, modules: terms }: PolicyFilesConfig,
  trustRoot: string | undefined,
  { io: { env, stdin }, onNotice }: Pick<Surroundings, 'io' | 'onNotice'>,
): Promise<PolicySet> {
  const modules = openModules(await readModuleTerms(terms, { env, onNotice, trustRoot }), {
    offline: terms.offline,
    findProxy: createProxyFinder(env),
    store: createModuleStore({ env, homeDir: findHomeDir(env), platform: process.platform }),
  });
  const registry = modules.images && toImageRegistry(modules.images);
  return {
    source: createFilePolicySource({
      paths,
      readStdin: createOnce(stdin.read),
      defaultNamespace,
      loadModule: modules.load,
      readMetadata,
    }),
    findModules: () => Promise.resolve({ load: modules.load }),
    findImageRegistry: () => registry,
    close: () => modules.close(),
  };
}

/** Policies may be listed more than once, and stdin is gone when it has been read. */
function createOnce(
  readStdin: (signal: AbortSignal) => Promise<string>,
): (signal: AbortSignal) => Promise<string> {
  let text: Promise<string> | undefined;
  return (signal) => (text ??= readStdin(signal));
}
