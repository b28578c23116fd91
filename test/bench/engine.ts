import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMetadata } from '../fixtures/wasm/modules.ts';
import { compileRego } from '../rego/build.mjs';
import { type Bench, scanArguments, startBench } from './audit.ts';
import { aPodOf4KiB, micros, reviewOf, runEngine } from './engine-cost.ts';
import { measure } from './measure.ts';
import { writePodFiles } from './pod-files.ts';
import { aRoleBinding, bindingNamespaces, roleBindingsOf } from './role-bindings.ts';

/** A figure of the engine as a line of the table in docs/benchmarks.md. */
export type EngineRow = { readonly figure: string; readonly goal: string; readonly measured: string };

const root = join(import.meta.dirname, '../..');
const modules = join(root, 'examples/modules');

/** One thread, a Pod of 4 KiB, an AssemblyScript policy that looks at all of its containers. */
export async function measureThroughput(): Promise<EngineRow[]> {
  const evaluations = 50_000;
  const { wallSeconds, cpuSeconds } = await runEngine({
    module: join(modules, 'no-privileged.wasm'),
    review: reviewOf(aPodOf4KiB()),
    workers: 1,
    evaluations,
  });
  return [
    {
      figure: 'waPC policy, Pod of 4 KiB, one thread',
      goal: '≥ 14,000 evaluations/s',
      measured: `${Math.round(evaluations / wallSeconds).toLocaleString('en')}/s, ${micros(cpuSeconds / evaluations)} µs CPU each`,
    },
  ];
}

/** The whole command, from the files to the JSON document. */
export async function measureManifestScan(): Promise<EngineRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  try {
    await writePodFiles(join(directory, 'pods'));
    const policies = ['memory-limits', 'no-privileged', 'required-labels', 'trusted-registries'];
    const measured = await measure({
      argv: [
        process.execPath,
        join(root, 'bin/audit-scanner.js'),
        'scan',
        join(directory, 'pods'),
        ...policies.flatMap((name) => ['--policies', join(root, `examples/policies/${name}.yaml`)]),
        '--output',
        `json=${join(directory, 'out.json')}`,
      ],
      env: {},
    });
    if (measured.exitCode !== 1) throw new Error(`exit code ${measured.exitCode}:\n${measured.stderr}`);
    const { summary } = JSON.parse(await readFile(join(directory, 'out.json'), 'utf8')) as {
      readonly summary: { readonly evaluations: number };
    };
    const { wallSeconds, cpuSeconds, peakRssMiB } = measured;
    return [
      {
        figure: `10,000 Pods of 2.8 KB in 100 YAML files, four policies, ${summary.evaluations.toLocaleString('en')} evaluations`,
        goal: '≤ 6 s, ≤ 300 MiB',
        measured: `${wallSeconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s CPU), ${Math.round(peakRssMiB)} MiB`,
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A policy in Rego that looks at each of 10,000 RoleBindings for each that it is asked about. */
export async function measureInventory(): Promise<EngineRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  try {
    const path = await compileRego(join(import.meta.dirname, 'role-bindings.rego'), 'rolebindings/violation');
    const metadata = { protocolVersion: 'v1', rules: [], mutating: false, executionMode: 'gatekeeper' };
    const files = { module: join(directory, 'policy.wasm'), inventory: join(directory, 'inventory.json') };
    await writeFile(files.module, withMetadata(await readFile(path), metadata));
    await writeFile(
      files.inventory,
      JSON.stringify({ inventory: { cluster: {}, namespace: roleBindings() } }),
    );
    const evaluations = 500;
    const { cpuSeconds, peakRssMiB } = await runEngine({
      ...files,
      review: reviewOf(JSON.stringify(aRoleBinding('team-000', 100))),
      workers: 2,
      evaluations,
    });
    return [
      {
        figure: 'Gatekeeper-style policy over 10,000 RoleBindings, two threads',
        goal: '≤ 12 ms CPU per evaluation, ≤ 250 MiB',
        measured: `${((cpuSeconds / evaluations) * 1e3).toFixed(1)} ms, ${Math.round(peakRssMiB)} MiB`,
      },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** After the install: the examples are scanned with the engine of this process. */
export async function measureFirstRun(): Promise<EngineRow[]> {
  const { wallSeconds, exitCode, stderr } = await measure({
    argv: ['npm', '--prefix', root, 'start'],
    // npm keeps its logs there, and would make a home directory that is not there.
    env: { HOME: tmpdir() },
  });
  if (exitCode !== 0) throw new Error(`npm start ended with exit code ${exitCode}:\n${stderr}`);
  return [
    { figure: '`npm start` after the install', goal: '< 3 s', measured: `${wallSeconds.toFixed(1)} s` },
  ];
}

/** A live audit by the cluster's policy server and in this process, one after the other; then the same with reports to store. */
export async function measureLiveAudit(): Promise<EngineRow[]> {
  const bench = await startBench({ namespaces: 100, perNamespace: 100, policies: 'twelve' }, () => undefined);
  try {
    const rows: EngineRow[] = [];
    for (const [mode, flags] of [
      ['read-only', []],
      ['all reports new', ['--store', '--report-kind', 'policyreport']],
    ] as const) {
      const server = await measureAudit(bench, 'policy-server', flags);
      const embedded = await measureAudit(bench, 'embedded', flags);
      rows.push({
        figure: `live audit of 100 x 100 resources, 12 policies, ${mode}: CPU per evaluation, embedded against default`,
        goal: '≤ 1/3',
        measured: `${Math.round(embedded)} µs against ${Math.round(server)} µs: ${(embedded / server).toFixed(2)}`,
      });
    }
    return rows;
  } finally {
    await bench.stop();
  }
}

/** Microseconds of CPU of the scanner per evaluation. */
async function measureAudit(
  bench: Bench,
  engine: 'policy-server' | 'embedded',
  flags: readonly string[],
): Promise<number> {
  await bench.deleteReports();
  const program = [process.execPath, join(root, 'bin/audit-scanner.js')];
  const { cpuSeconds, exitCode, stderr } = await bench.scan(engine, [
    ...program,
    ...scanArguments(bench, engine),
    ...flags,
  ]);
  const evaluations = Number(/(\d+) evaluations/.exec(stderr)?.[1]);
  // 1: the policy server denies some of it.
  if (![0, 1].includes(exitCode) || !(evaluations > 0))
    throw new Error(`the scan by ${engine} ended with exit code ${exitCode}:\n${stderr}`);
  return (cpuSeconds / evaluations) * 1e6;
}

function roleBindings(): Record<string, object> {
  return Object.fromEntries(
    bindingNamespaces.map((namespace) => {
      const byName = Object.fromEntries(
        roleBindingsOf(namespace).map((binding) => [binding.metadata.name, binding]),
      );
      return [namespace, { 'rbac.authorization.k8s.io/v1': { RoleBinding: byName } }];
    }),
  );
}
