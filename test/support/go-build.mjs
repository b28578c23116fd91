// Builds with Go what the tests need, once. Plain JavaScript, so that it runs anywhere.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, fingerprint } from './build-cache.mjs';

const run = promisify(execFile);
const environment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };

/** There is no Go that could build it. */
export class GoUnavailable extends Error {
  name = 'GoUnavailable';
}

/**
 * Compiles the command in a folder, or one of a module that its go.mod names, unless that was done before with the same files.
 * @param {{directory: string, cache: string, platform?: Record<string, string>, command?: string, mode?: string, tags?: string[], announce: string}} options
 * @returns {Promise<string>} the path of the program
 */
export function buildGoCommand({
  directory,
  cache,
  platform = {},
  command = '.',
  mode = 'default',
  tags = [],
  announce,
}) {
  const target = JSON.stringify([
    process.platform,
    process.arch,
    platform,
    ...(command === '.' ? [] : [command]),
    ...(mode === 'default' ? [] : [mode]),
    ...tags,
  ]);
  const names = ['go.mod', 'go.sum', ...(command === '.' ? ['main.go'] : [])];
  const files = names.map((file) => readFileSync(join(directory, file)));
  return cached(cache, fingerprint([target, ...files]), async (output) => {
    process.stderr.write(`${announce}\n`);
    try {
      const flags = ['-trimpath', '-ldflags', '-s -w', `-buildmode=${mode}`, `-tags=${tags.join()}`];
      await run('go', ['build', ...flags, '-o', output, command], {
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
