// Compiles the policy on Kubewarden's own SDK beside this file: `node test/sdk/build.mjs` prints the path of the module.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build the policy. */
export const SdkUnavailable = GoUnavailable;

/**
 * Compiles the policy, unless that was done before; it takes half a minute.
 * @returns {Promise<string>} the path of the module, which has no metadata yet
 */
export function buildSdkPolicy() {
  return buildGoCommand({
    directory: dirname(fileURLToPath(import.meta.url)),
    cache: 'sdk',
    platform: { GOOS: 'wasip1', GOARCH: 'wasm' },
    announce: 'building a policy with Go and the SDK of Kubewarden, once: this takes half a minute',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildSdkPolicy()}\n`);
