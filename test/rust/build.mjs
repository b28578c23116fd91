// Compiles the policies of this folder, which are in Rust: `node test/rust/build.mjs` prints the paths of their modules.
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cached, cacheFolder, fingerprint } from '../support/build-cache.mjs';

const run = promisify(execFile);
const directory = dirname(fileURLToPath(import.meta.url));
const target = 'wasm32-wasip1';
const wasiLibrary = '/usr/lib/wasm32-wasi';

/** There is no Rust that could build the policies. */
export class RustUnavailable extends Error {
  name = 'RustUnavailable';
}

/** The names of the policies, which are those of their crates. */
export const rustPolicies = /** @type {const} */ (['expressions', 'labels', 'namespaces', 'payload', 'pods']);

/**
 * Compiles all policies, unless that was done before with the same files and the same compiler; the first time takes two minutes.
 * @returns {Promise<Record<typeof rustPolicies[number], string>>} the paths of the modules, which have no metadata yet
 */
export async function buildRustPolicies() {
  const toolchain = await findToolchain();
  const files = globSync(['Cargo.*', '*/Cargo.toml', '*/src/**/*.rs'], { cwd: directory }).sort();
  const key = fingerprint([
    toolchain.version,
    ...toolchain.arguments,
    ...files.flatMap((file) => [file, readFileSync(join(directory, file))]),
  ]);
  const folder = await cached('rust', key, (output) => compile(toolchain, output));
  return Object.fromEntries(rustPolicies.map((name) => [name, join(folder, `${name}.wasm`)]));
}

async function compile(toolchain, output) {
  process.stderr.write(
    'building policies with Rust and the SDK of Kubewarden, once: this takes two minutes\n',
  );
  // Cargo has a lock on this folder: of several processes one builds, and the others find it done.
  const artifacts = join(cacheFolder('rust'), 'target');
  await run('cargo', ['build', '--locked', '--release', '--target', target, ...toolchain.arguments], {
    cwd: directory,
    env: { ...process.env, ...toolchain.environment, CARGO_TARGET_DIR: artifacts },
    maxBuffer: 2 ** 26,
  });
  mkdirSync(output);
  for (const name of rustPolicies)
    copyFileSync(join(artifacts, target, 'release', `${name}.wasm`), join(output, `${name}.wasm`));
}

/** One with a standard library for WASI, or one that can build it: Debian has no such library, but its sources. */
async function findToolchain() {
  if ((await tell('cargo', ['--version'])) === undefined)
    throw new RustUnavailable('there is no cargo on the PATH');
  const library = await tell('rustc', ['--print', 'target-libdir', '--target', target]);
  if (library !== undefined && existsSync(library))
    return { version: await tell('rustc', ['--version']), environment: {}, arguments: [] };
  for (const compiler of ['rustc', '/usr/bin/rustc']) {
    const root = await tell(compiler, ['--print', 'sysroot']);
    if (root === undefined || !existsSync(join(root, 'lib/rustlib/src/rust/library'))) continue;
    const missing = [join(wasiLibrary, 'crt1-reactor.o'), '/usr/bin/wasm-ld'].filter(
      (path) => !existsSync(path),
    );
    if (missing.length > 0)
      throw new RustUnavailable(`${compiler} could build them, but not without ${missing.join(' and ')}`);
    return {
      version: await tell(compiler, ['--version']),
      environment: {
        RUSTC: compiler,
        // Only with this does a stable compiler build its own library.
        RUSTC_BOOTSTRAP: '1',
        CARGO_TARGET_WASM32_WASIP1_LINKER: '/usr/bin/wasm-ld',
        CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS: `-Clink-self-contained=no -Lnative=${wasiLibrary} -Clink-arg=${wasiLibrary}/crt1-reactor.o`,
      },
      arguments: ['-Zbuild-std=std,panic_abort'],
    };
  }
  throw new RustUnavailable(
    `there is no Rust with the target ${target}, and no compiler with the sources of its library (Debian: rustc-web, rust-web-src, lld, wasi-libc)`,
  );
}

/** What a command prints, or undefined if it cannot be run or fails. */
async function tell(command, parameters) {
  try {
    return (await run(command, parameters)).stdout.trim();
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of Object.values(await buildRustPolicies())) process.stdout.write(`${path}\n`);
}
