// Compiles the policy on Kubewarden's own SDK beside this file: `node test/sdk/build.mjs` prints the path of the module.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build the policy. */
export const SdkUnavailable = GoUnavailable;

const here = dirname(fileURLToPath(import.meta.url));
const platform = { GOOS: 'wasip1', GOARCH: 'wasm' };

/**
 * Compiles the WASI policy of this folder, unless that was done before; it takes half a minute.
 * @returns {Promise<string>} the path of the module, which has no metadata yet
 */
export function buildSdkPolicy() {
  const announce = 'building a policy with Go and the SDK of Kubewarden, once: this takes half a minute';
  return buildGoCommand({ directory: here, cache: 'sdk', platform, announce });
}

/**
 * Compiles the large WASI policy in `cel`, in the same way.
 * @returns {Promise<string>}
 */
export function buildCelPolicy() {
  const announce = 'building a policy with Go and CEL, once: this takes a minute';
  return buildGoCommand({ directory: join(here, 'cel'), cache: 'sdk-cel', platform, announce });
}

/**
 * Compiles the waPC policy in `wapc`. Go calls the function that starts it `_initialize`, which no policy server calls.
 * @returns {Promise<Uint8Array>} the module, which has no metadata yet
 */
export async function buildWapcPolicy() {
  const announce = 'building a waPC policy with Go, once: this takes half a minute';
  const path = await buildGoCommand({
    directory: join(here, 'wapc'),
    cache: 'sdk-wapc',
    platform,
    mode: 'c-shared',
    announce,
  });
  const wasm = await readFile(path);
  const at = wasm.indexOf('\u000b_initialize\0');
  if (at === -1) throw new Error(`${path} does not export _initialize`);
  // A shorter name with its length in more bytes than it needs.
  wasm.write('\u0089\u0080\0wapc_init', at, 'latin1');
  return wasm;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await buildSdkPolicy()}\n`);
