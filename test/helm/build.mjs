// Builds helm from the Go module that go.mod beside this file names: `node test/helm/build.mjs` prints the path of the program.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build helm. */
export const HelmUnavailable = GoUnavailable;

/**
 * Compiles helm, unless that was done before; it takes two minutes.
 * @returns {Promise<string>} the path of the program
 */
export function buildHelm() {
  return buildGoCommand({
    directory: dirname(fileURLToPath(import.meta.url)),
    cache: 'helm',
    command: 'helm.sh/helm/v3/cmd/helm',
    announce: 'building helm with Go, once: this takes two minutes',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildHelm()}\n`);
