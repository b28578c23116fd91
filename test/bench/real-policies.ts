import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wapcMetadata, withMetadata } from '../fixtures/wasm/modules.ts';
import { buildRustPolicies } from '../rust/build.mjs';
import { buildCelPolicy, buildSdkPolicy, buildWapcPolicy } from '../sdk/build.mjs';
import type { EngineRow } from './engine.ts';
import { aPodOf4KiB, micros, reviewOf, runEngine } from './engine-cost.ts';
import { type KubewardenServer, startKubewardenServer } from './kubewarden-server.ts';

type RealPolicy = {
  readonly name: string;
  readonly figure: string;
  /** Without its metadata. */
  readonly load: () => Promise<Uint8Array>;
  readonly executionMode: 'kubewarden-wapc' | 'wasi';
  readonly settings: object;
  /** What it may cost of what it costs policy-server. */
  readonly goal: number;
  readonly evaluations: number;
};

const policies: readonly RealPolicy[] = [
  {
    name: 'rust',
    figure: 'Rust, SDK, 2 MB',
    load: async () => readFile((await buildRustPolicies()).pods),
    executionMode: 'kubewarden-wapc',
    settings: {},
    goal: 0.5,
    evaluations: 3000,
  },
  {
    name: 'expressions',
    figure: 'Rust, compiles expressions when it starts',
    load: async () => readFile((await buildRustPolicies()).expressions),
    executionMode: 'kubewarden-wapc',
    settings: {},
    goal: 0.05,
    evaluations: 600,
  },
  {
    name: 'go-wapc',
    figure: 'Go, waPC, 3.5 MB',
    load: buildWapcPolicy,
    executionMode: 'kubewarden-wapc',
    settings: {},
    goal: 1,
    evaluations: 200,
  },
  {
    name: 'go-wasi',
    figure: 'Go, WASI, 3.5 MB',
    load: async () => readFile(await buildSdkPolicy()),
    executionMode: 'wasi',
    settings: {},
    goal: 1.2,
    evaluations: 200,
  },
  {
    name: 'cel',
    figure: 'Go, WASI, CEL, 23 MB',
    load: async () => readFile(await buildCelPolicy()),
    executionMode: 'wasi',
    settings: { expression: 'object.spec.containers.all(c, !c.securityContext.privileged)' },
    goal: 1.2,
    evaluations: 100,
  },
];

/**
 * CPU per evaluation of policies as people write them, in this engine and, where the path of a policy-server is given, there. Both are
 * asked as often before it counts, so that V8 has compiled what it compiles.
 */
export async function measureRealPolicies(policyServer: string | undefined): Promise<EngineRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  let server: KubewardenServer | undefined;
  try {
    const modules: Record<string, { wasm: Uint8Array; settings: object }> = {};
    for (const { name, load, executionMode, settings } of policies)
      modules[name] = { wasm: withMetadata(await load(), { ...wapcMetadata, executionMode }), settings };
    if (policyServer !== undefined)
      server = await startKubewardenServer(policyServer, { folder, policies: modules });
    const rows: EngineRow[] = [];
    for (const policy of policies) {
      const module = join(folder, 'module.wasm');
      await writeFile(module, modules[policy.name]?.wasm ?? '');
      rows.push(await measureOne(policy, module, server));
    }
    return rows;
  } finally {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureOne(
  { name, figure, settings, goal, evaluations }: RealPolicy,
  module: string,
  server: KubewardenServer | undefined,
): Promise<EngineRow> {
  const review = reviewOf(aPodOf4KiB());
  const asked = { module, settings, review, workers: 1, evaluations, warmUp: evaluations };
  const ours = (await runEngine(asked)).cpuSeconds / evaluations;
  const row = {
    figure: `CPU per evaluation of a policy: ${figure}`,
    goal: `≤ ${goal} of policy-server's`,
  };
  if (server === undefined) return { ...row, measured: `${micros(ours)} µs` };
  await askServer(server, name, { review, evaluations });
  const before = server.cpuSeconds();
  await askServer(server, name, { review, evaluations });
  const theirs = (server.cpuSeconds() - before) / evaluations;
  const ratio = (ours / theirs).toPrecision(2);
  return {
    ...row,
    measured: `${micros(ours)} µs against ${micros(theirs)} µs of ${server.version}: ${ratio}`,
  };
}

async function askServer(
  server: KubewardenServer,
  policy: string,
  { review, evaluations }: { readonly review: string; readonly evaluations: number },
): Promise<void> {
  for (let left = evaluations; left > 0; left -= 1)
    if (!(await server.ask(policy, review))) throw new Error(`${policy} denies what it should allow`);
}
