// Compiles policies in Rego with OPA, built from the Go module beside this file. Plain JavaScript, so that it runs anywhere:
// `node test/rego/build.mjs FILE ENTRYPOINT` prints the path of the module.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const moduleDir = dirname(fileURLToPath(import.meta.url));
const environment = {
  ...process.env,
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly -buildvcs=false',
  GOWORK: 'off',
};

/** There is no Go that could build the compiler. */
export class RegoUnavailable extends Error {
  name = 'RegoUnavailable';
}

/** @type {Promise<string> | undefined} */
let compiler;

/**
 * Compiles a file, unless that was done before. The first time the compiler is built, which takes a minute.
 * @param {string} file
 * @param {string} entrypoint e.g. `policy/violation`
 * @returns {Promise<string>} the path of the module
 */
export async function compileRego(file, entrypoint) {
  compiler ??= ensureCompiler();
  const path = await compiler;
  const hash = createHash('sha256').update(path).update(entrypoint).update(readFileSync(file)).digest('hex');
  return cached(`${hash.slice(0, 16)}.wasm`, (output) => run(path, [file, entrypoint, output]));
}

function ensureCompiler() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(moduleDir, file)));
  return cached(`rego-${hash.digest('hex').slice(0, 16)}`, async (output) => {
    process.stderr.write("building OPA's compiler with Go, once: this takes a minute\n");
    try {
      await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, '.'], {
        cwd: moduleDir,
        env: environment,
      });
    } catch (error) {
      if (error.code === 'ENOENT')
        throw new RegoUnavailable('there is no go on the PATH, which builds the compiler of Rego policies');
      throw error;
    }
  });
}

/** Two processes may make the same file at once; both rename the same bytes into place. */
async function cached(name, make) {
  const cache =
    process.env['AUDIT_SCANNER_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const directory = join(cache, 'audit-scanner', 'rego');
  const path = join(directory, name);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await make(temporary);
  renameSync(temporary, path);
  return path;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, entrypoint] = process.argv.slice(2);
  process.stdout.write(`${await compileRego(file, entrypoint)}\n`);
}
