import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wapcMetadata, withMetadata } from '../fixtures/wasm/modules.ts';
import { compileRego } from '../rego/build.mjs';
import { buildRustPolicies, type rustPolicies } from '../rust/build.mjs';
import { buildSdkPolicy } from '../sdk/build.mjs';
import { fingerprint } from '../support/build-cache.mjs';

/**
 * Where the module of a policy comes from. Compilers do not give the same bytes everywhere, so what counts for a record is the hash of
 * the sources. `load` rejects with an error of the build where the tools are missing.
 */
export type ModuleSource = {
  readonly sources: string;
  readonly load: () => Promise<Uint8Array>;
};

const root = join(import.meta.dirname, '..', '..');

/** A policy of test/rust, on Kubewarden's SDK for Rust. */
export function rust(name: (typeof rustPolicies)[number], metadata: object = {}): ModuleSource {
  return {
    sources: hashOf(metadata, [
      'test/rust/Cargo.*',
      `test/rust/${name}/Cargo.toml`,
      `test/rust/${name}/src/**`,
    ]),
    load: async () =>
      withMetadata(await readFile((await buildRustPolicies())[name]), { ...wapcMetadata, ...metadata }),
  };
}

/** The policy of test/sdk, on Kubewarden's SDK for Go, which is a WASI program. */
export function go(): ModuleSource {
  return {
    sources: hashOf({}, ['test/sdk/go.*', 'test/sdk/main.go']),
    load: async () =>
      withMetadata(await readFile(await buildSdkPolicy()), { ...wapcMetadata, executionMode: 'wasi' }),
  };
}

/** A policy in Rego. `file` is a path from the root of the repository. */
export function rego(file: string, entrypoint: string, executionMode: 'opa' | 'gatekeeper'): ModuleSource {
  return {
    sources: hashOf({ entrypoint, executionMode }, ['test/rego/go.*', 'test/rego/main.go', file]),
    load: async () =>
      withMetadata(await readFile(await compileRego(join(root, file), entrypoint)), {
        ...wapcMetadata,
        executionMode,
      }),
  };
}

/** An example policy, in AssemblyScript; the build of this project compiles them. */
export function example(name: string): ModuleSource {
  return {
    sources: hashOf({}, [
      `examples/sources/${name}.ts`,
      'examples/sources/kit/**',
      'examples/sources/metadata.json',
    ]),
    load: () => readFile(join(root, 'examples/modules', `${name}.wasm`)),
  };
}

function hashOf(parameters: object, patterns: readonly string[]): string {
  const files = globSync([...patterns], { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return fingerprint([
    JSON.stringify(parameters),
    ...files.flatMap((file) => [file.slice(root.length), readFileSync(file)]),
  ]);
}
