import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../system/index.ts';
import { maxModuleBytes } from './download.ts';
import { parseRegistryUrl } from './image-reference.ts';

/** Modules that were downloaded before. */
export type ModuleStore = {
  /** The module of a URL, as it was then. */
  find(url: string): Promise<Uint8Array | undefined>;
  /** Keeps a module for other runs. Where that cannot be done nothing is lost but time, so it never rejects. */
  keep(url: string, module: Uint8Array): Promise<void>;
  /** What the signatures of a module were verified with, as it was then. */
  findEvidence(url: string): Promise<string | undefined>;
  /** Like `keep`. */
  keepEvidence(url: string, evidence: string): Promise<void>;
};

const maxEvidenceBytes = 16 * 2 ** 20;

export type ModuleStoreOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly platform: NodeJS.Platform;
};

/** A store of our own, in which new modules are kept; what is not there may be in that of kwctl, which is only read. */
export function createModuleStore({ env, homeDir, platform }: ModuleStoreOptions): ModuleStore {
  const isMac = platform === 'darwin';
  const caches = env['XDG_CACHE_HOME'] || join(homeDir, isMac ? 'Library/Caches' : '.cache');
  const own = join(caches, 'audit-scanner/modules');
  const evidences = join(caches, 'audit-scanner/signatures');
  const kwctl = join(caches, isMac ? 'io.kubewarden.kubewarden/store' : 'kubewarden/store');
  return {
    async find(url) {
      const place = toPlace(url);
      if (place === undefined) return undefined;
      return (await readModule(join(own, place))) ?? (await readModule(join(kwctl, place)));
    },
    async keep(url, module) {
      const place = toPlace(url);
      if (place !== undefined) await writeWhole(join(own, place), module).catch(() => undefined);
    },
    async findEvidence(url) {
      const place = toPlace(url);
      if (place === undefined) return undefined;
      const bytes = await readRegularFile(join(evidences, place), { maxBytes: maxEvidenceBytes }).catch(
        () => undefined,
      );
      return bytes?.toString('utf8');
    },
    async keepEvidence(url, evidence) {
      const place = toPlace(url);
      if (place !== undefined) await writeWhole(join(evidences, place), evidence).catch(() => undefined);
    },
  };
}

/** Where kwctl has a module below its root. Undefined for what has no place of its own. */
function toPlace(url: string): string | undefined {
  if (url.startsWith('registry://')) return toRegistryPlace(url);
  const parsed = URL.parse(url);
  // Its query may make it another module.
  if (parsed === null || parsed.search !== '' || parsed.pathname.endsWith('/')) return undefined;
  return join(parsed.protocol.replace(':', ''), parsed.host, parsed.pathname);
}

function toRegistryPlace(url: string): string | undefined {
  const reference = parseRegistryUrl(url);
  if (reference === undefined) return undefined;
  const name = url.replace('://', '/');
  const isUntagged = reference.tag === 'latest' && !name.includes(':latest');
  return isUntagged ? `${name}:latest` : name;
}

async function readModule(path: string): Promise<Uint8Array | undefined> {
  const bytes = await readRegularFile(path, { maxBytes: maxModuleBytes }).catch(() => undefined);
  return bytes?.subarray(0, 4).equals(magic) === true ? bytes : undefined;
}

const magic = Buffer.from('\0asm', 'latin1');

/** All of it or nothing, as other scans may read it meanwhile. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
