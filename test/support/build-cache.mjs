// What the tests have built is kept in the cache of the user. Plain JavaScript, so that it runs anywhere.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @param {readonly (string | Uint8Array)[]} parts */
export function fingerprint(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} name */
export function cacheFolder(name) {
  const cache =
    process.env['AUDIT_SCANNER_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'audit-scanner', name);
}

/**
 * Makes a file or a folder below the cache, if it is not there. Two processes may make the same at once: one renames it into place, and
 * what the other made is the same.
 * @param {string} folder
 * @param {string} name
 * @param {(output: string) => Promise<unknown>} make
 * @returns {Promise<string>} its path
 */
export async function cached(folder, name, make) {
  const directory = cacheFolder(folder);
  const path = join(directory, name);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await make(temporary);
  if (existsSync(path)) rmSync(temporary, { recursive: true });
  else renameSync(temporary, path);
  return path;
}
