// Compiles the policy on Kubewarden's own SDK beside this file. Plain JavaScript, so that it runs anywhere:
// `node test/sdk/build.mjs` prints the path of the module.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const moduleDir = dirname(fileURLToPath(import.meta.url));

/** There is no Go that could build the policy. */
export class SdkUnavailable extends Error {
  name = 'SdkUnavailable';
}

/**
 * Compiles the policy, unless that was done before; it takes half a minute.
 * @returns {Promise<string>} the path of the module, which has no metadata yet
 */
export async function buildSdkPolicy() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(moduleDir, file)));
  const cache =
    process.env['AUDIT_SCANNER_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const directory = join(cache, 'audit-scanner', 'sdk');
  const path = join(directory, `policy-${hash.digest('hex').slice(0, 16)}.wasm`);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  process.stderr.write(
    'building a policy with Go and the SDK of Kubewarden, once: this takes half a minute\n',
  );
  // Two processes may build at once; both rename the same bytes into place.
  const temporary = `${path}.${process.pid}`;
  await build(temporary);
  renameSync(temporary, path);
  return path;
}

/** @param {string} output */
async function build(output) {
  const env = {
    ...process.env,
    GOOS: 'wasip1',
    GOARCH: 'wasm',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOWORK: 'off',
  };
  try {
    await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, '.'], { cwd: moduleDir, env });
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new SdkUnavailable('there is no go on the PATH, which builds policies on the SDK of Kubewarden');
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildSdkPolicy()}\n`);
