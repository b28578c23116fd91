// Builds the registry beside this file: `node test/registry/build.mjs` prints the path of the program.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build the registry. */
export const RegistryUnavailable = GoUnavailable;

/**
 * Compiles the registry, unless that was done before; it takes a minute.
 * @returns {Promise<string>} the path of the program
 */
export function buildRegistry() {
  return buildGoCommand({
    directory: dirname(fileURLToPath(import.meta.url)),
    cache: 'registry',
    announce: 'building an OCI registry with Go, once: this takes a minute',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildRegistry()}\n`);
