// Builds with Go what the tests need, once, into the cache of the user. Plain JavaScript, so that it runs anywhere.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const environment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };

/** There is no Go that could build it. */
export class GoUnavailable extends Error {
  name = 'GoUnavailable';
}

/**
 * Compiles the command in a folder, unless that was done before with the same files.
 * @param {{directory: string, cache: string, platform?: Record<string, string>, announce: string}} options
 * @returns {Promise<string>} the path of the program
 */
export function buildGoCommand({ directory, cache, platform = {}, announce }) {
  const target = JSON.stringify([process.platform, process.arch, platform]);
  const files = ['go.mod', 'go.sum', 'main.go'].map((file) => readFileSync(join(directory, file)));
  return cached(cache, fingerprint([target, ...files]), async (output) => {
    process.stderr.write(`${announce}\n`);
    try {
      await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, '.'], {
        cwd: directory,
        env: { ...process.env, ...environment, ...platform },
      });
    } catch (error) {
      if (error.code === 'ENOENT')
        throw new GoUnavailable(`there is no go on the PATH, which builds ${cache}`);
      throw error;
    }
  });
}

/** @param {readonly (string | Uint8Array)[]} parts */
export function fingerprint(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

/**
 * Makes a file below the cache, if it is not there. Two processes may make the same file at once; both rename the same bytes into place.
 * @param {string} folder
 * @param {string} name
 * @param {(output: string) => Promise<unknown>} make
 * @returns {Promise<string>} its path
 */
export async function cached(folder, name, make) {
  const cache =
    process.env['AUDIT_SCANNER_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const directory = join(cache, 'audit-scanner', folder);
  const path = join(directory, name);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await make(temporary);
  renameSync(temporary, path);
  return path;
}
