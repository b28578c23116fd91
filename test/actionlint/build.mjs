// Builds actionlint from the Go module that go.mod beside this file names: `node test/actionlint/build.mjs` prints the path of the program.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build actionlint. */
export const ActionlintUnavailable = GoUnavailable;

/**
 * Compiles actionlint, unless that was done before; it takes a quarter of a minute.
 * @returns {Promise<string>} the path of the program
 */
export function buildActionlint() {
  return buildGoCommand({
    directory: dirname(fileURLToPath(import.meta.url)),
    cache: 'actionlint',
    command: 'github.com/rhysd/actionlint/cmd/actionlint',
    announce: 'building actionlint with Go, once: this takes a quarter of a minute',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildActionlint()}\n`);
