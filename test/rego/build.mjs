// Compiles policies in Rego with OPA, built from the Go module beside this file: `node test/rego/build.mjs FILE ENTRYPOINT` prints the
// path of the module.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cached, fingerprint } from '../support/build-cache.mjs';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

const run = promisify(execFile);

/** There is no Go that could build the compiler. */
export const RegoUnavailable = GoUnavailable;

/** @type {Promise<string> | undefined} */
let compiler;

/**
 * Compiles a file, unless that was done before. The first time the compiler is built, which takes a minute.
 * @param {string} file
 * @param {string} entrypoint e.g. `policy/violation`
 * @returns {Promise<string>} the path of the module
 */
export async function compileRego(file, entrypoint) {
  compiler ??= buildGoCommand({
    directory: dirname(fileURLToPath(import.meta.url)),
    cache: 'rego',
    announce: "building OPA's compiler with Go, once: this takes a minute",
  });
  const path = await compiler;
  const name = `${fingerprint([path, entrypoint, readFileSync(file)])}.wasm`;
  return cached('rego', name, (output) => run(path, [file, entrypoint, output]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, entrypoint] = process.argv.slice(2);
  process.stdout.write(`${await compileRego(file, entrypoint)}\n`);
}
