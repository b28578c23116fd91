import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAdmission } from './admission.ts';
import { type Bench, dropInArguments, type ScanFigures, scanArguments, startBench } from './audit.ts';
import { measureConnections } from './connections.ts';
import { measureContexts } from './contexts.ts';
import {
  measureFirstRun,
  measureInventory,
  measureLiveAudit,
  measureManifestScan,
  measureThroughput,
} from './engine.ts';
import { measureLiveInventory } from './inventory.ts';
import { type Cost, measure } from './measure.ts';
import { measurePage } from './page.ts';
import { measurePreview } from './preview.ts';
import { measureRealPolicies } from './real-policies.ts';
import { measureReuse, measureReuseMemory } from './reuse.ts';
import { measureSaved } from './saved.ts';
import { measureShards } from './shards.ts';
import type { Workload } from './workload.ts';

const usage = `npm run bench [-- audit|memory|reuse-memory|engine|admission|connections|preview|shards|inventory|contexts|saved|page|startup] [--go-scanner PATH] [--policy-server PATH]
              [--namespaces N] [--resources N] [--ways LIST] [--delay MS]

  audit    one cluster, scanned twice (default 100 namespaces x 100 resources x 12 policies); --go-scanner runs
           Kubewarden's Go scanner with the same flags in the same run and prints the ratios; also runs that reuse results, with
           nothing, an hour's share and a hundredth of the objects to ask
  memory   peak memory at 10,000 and at 100,000 resources, with one policy (takes some ten minutes)
  reuse-memory
           peak memory where results are reused, at 10,000 and at 100,000 resources, with one policy (some ten minutes)
  engine   policies in this process: evaluations per second of one thread, policies in Rust and Go (--policy-server measures
           Kubewarden's own in the same run and prints the ratios), 10,000 Pods in files, a policy in Rego over
           10,000 RoleBindings, npm start, and a live audit with and without a policy server; prints the lines of the
           table in docs/benchmarks.md
  admission
           what a scan does to those who wait for the same policy server, by how many evaluations it has in flight; 40
           reviews a second beside it (--policy-server asks Kubewarden's own; a quarter of an hour; --ways 4,normal
           compares only these)
  connections
           an unchanged cluster with --connections per-request and balanced, and with --go-scanner in the same run; with
           --policy-server scans by Kubewarden's own that store nothing, too
  shards   an unchanged cluster by 1, 2 and 4 shards, one after another: what they cost together (five minutes)
  preview  a policy over 10,000 live Pods: installed, as a file that is not, and that compared with the installed one
  inventory
           a policy in Rego that looks at 10,000 live RoleBindings, in this process and with --policy-server by Kubewarden's own
  contexts two clusters with the same workload, each alone and both in one run, evaluated in this process; --delay MS
           makes every answer of their API servers later, as those of distant ones are
  saved    10,000 and 100,000 saved results in every format, and compared with others (diff)
  page     -o html of 10,000 findings: written, its size, opened in Chromium
  startup  --help against a bare node
Without a name: audit and startup.
`;

const scanner = [process.execPath, join(import.meta.dirname, '../../bin/audit-scanner.js')];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'go-scanner': { type: 'string' },
    'policy-server': { type: 'string' },
    namespaces: { type: 'string', default: '100' },
    resources: { type: 'string', default: '100' },
    ways: { type: 'string', default: '' },
    delay: { type: 'string', default: '0' },
    help: { type: 'boolean', short: 'h' },
  },
});

const benches: Record<string, () => Promise<void>> = {
  audit: benchAudit,
  memory: benchMemory,
  'reuse-memory': benchReuseMemory,
  engine: benchEngine,
  admission: benchAdmission,
  connections: benchConnections,
  shards: benchShards,
  preview: benchPreview,
  inventory: benchInventory,
  contexts: benchContexts,
  saved: benchSaved,
  page: benchPage,
  startup: benchStartup,
};

if (values.help === true || positionals.some((name) => !(name in benches))) {
  print(usage);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  print(`node ${process.version}, ${new Date().toISOString().slice(0, 10)}, ${describeMachine()}`);
  for (const name of positionals.length === 0 ? ['audit', 'startup'] : positionals) await benches[name]?.();
}

/** What `--namespaces` and `--resources` ask for. */
function readWorkload(): Workload {
  return {
    namespaces: Number(values.namespaces),
    perNamespace: Number(values.resources),
    policies: 'twelve',
  };
}

async function benchPage(): Promise<void> {
  const { writeCpuMs, bytes, openMs } = await measurePage(10_000);
  const opened =
    openMs === undefined ? 'not opened, there is no Chromium' : `opened in ${openMs.toFixed(0)} ms`;
  print(
    `page of 10,000 findings: written in ${writeCpuMs.toFixed(0)} ms of CPU, ${(bytes / 1e6).toFixed(2)} MB, ${opened}`,
  );
}

async function benchAudit(): Promise<void> {
  const workload = readWorkload();
  const bench = await startBench(workload, print);
  try {
    const figures = await scanTwice(bench, 'audit-scanner', scanner);
    const reuse = await measureReuse(bench, scanner);
    const goScanner = values['go-scanner'];
    const goScans = goScanner === undefined ? [] : await scanTwice(bench, 'Go scanner', [goScanner]);
    print(table([...figures, ...reuse, ...goScans]));
    for (const row of reuse) print(wholeRun(row, goScans[1]));
    for (const [index, other] of goScans.entries()) {
      const ours = figures[index];
      if (ours !== undefined) print(ratios(ours, other));
    }
    for (const { label, apiRequestsBy } of [...figures, ...goScans])
      print(`${label}: ${JSON.stringify(apiRequestsBy)}`);
  } finally {
    await bench.stop();
  }
}

async function benchConnections(): Promise<void> {
  const { 'go-scanner': goScanner, 'policy-server': policyServer } = values;
  const workload = readWorkload();
  print(table(await measureConnections({ workload, goScanner, policyServer, scanner, log: print })));
}

async function benchInventory(): Promise<void> {
  printCosts(await measureLiveInventory({ policyServer: values['policy-server'], scanner, log: print }));
}

async function benchContexts(): Promise<void> {
  const workload = readWorkload();
  printCosts(await measureContexts(workload, { scanner, delayMs: Number(values.delay), log: print }));
}

async function benchSaved(): Promise<void> {
  for (const findings of [10_000, 100_000]) {
    print(`${findings.toLocaleString('en')} results`);
    printCosts(await measureSaved(scanner, findings));
  }
}

function printCosts(rows: readonly Cost[]): void {
  print('| run | wall s | CPU s | peak RSS MiB |\n| --- | --- | --- | --- |');
  for (const { label, wallSeconds, cpuSeconds, peakRssMiB } of rows)
    print(`| ${label} | ${wallSeconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${Math.round(peakRssMiB)} |`);
}

async function benchShards(): Promise<void> {
  const workload = readWorkload();
  print(table(await measureShards({ workload, scanner, log: print })));
}

async function scanTwice(bench: Bench, label: string, argv: readonly string[]): Promise<ScanFigures[]> {
  await bench.deleteReports();
  const command = [...argv, ...dropInArguments(bench)];
  const first = await bench.scan(`${label}, first run`, command);
  const second = await bench.scan(`${label}, second run`, command);
  for (const { label: run, exitCode, stderr } of [first, second]) {
    if (exitCode !== 0) throw new Error(`${run} ended with exit code ${exitCode}:\n${stderr}`);
  }
  return [first, second];
}

async function benchMemory(): Promise<void> {
  const figures: ScanFigures[] = [];
  for (const perNamespace of [100, 1000]) {
    const bench = await startBench({ namespaces: 100, perNamespace, policies: 'one' }, print);
    try {
      const label = `${100 * perNamespace} resources`;
      figures.push(...(await scanTwice(bench, label, scanner)));
      const embedded = await bench.scan(`${label}, evaluated here, read-only`, [
        ...scanner,
        ...scanArguments(bench, 'embedded'),
      ]);
      figures.push({ ...embedded, evaluations: 100 * perNamespace });
    } finally {
      await bench.stop();
    }
  }
  print(table(figures));
}

async function benchReuseMemory(): Promise<void> {
  const [small, large] = await measureReuseMemory(scanner, print);
  print(table([...small, ...large]));
  for (const [index, row] of large.entries()) {
    const ratio = row.peakRssMiB / (small[index]?.peakRssMiB ?? Number.NaN);
    print(
      `${row.label}: ${Math.round(row.peakRssMiB)} MiB (goal: 256), ratio ${ratio.toFixed(2)} (goal: 1.6)`,
    );
  }
}

async function benchEngine(): Promise<void> {
  print('| figure | goal | measured |\n| --- | --- | --- |');
  for (const measureRows of [
    measureThroughput,
    () => measureRealPolicies(values['policy-server']),
    measureManifestScan,
    measureInventory,
    measureFirstRun,
    measureLiveAudit,
  ]) {
    for (const { figure, goal, measured } of await measureRows())
      print(`| ${figure} | ${goal} | ${measured} |`);
  }
}

async function benchAdmission(): Promise<void> {
  const workload = readWorkload();
  const ways = values.ways.split(',').filter((way) => way !== '');
  await measureAdmission({ workload, policyServer: values['policy-server'], scanner, ways, log: print });
}

async function benchPreview(): Promise<void> {
  const figures = await measurePreview(scanner, print);
  print(table(figures));
  const [installed, ...others] = figures;
  for (const other of others) if (installed !== undefined) print(ratios(other, installed));
}

async function benchStartup(): Promise<void> {
  const env = {};
  const commands = { 'node -e 0': [process.execPath, '-e', '0'], '--help': [...scanner, '--help'] };
  const medians: Record<string, number> = {};
  for (const [label, argv] of Object.entries(commands)) {
    const walls: number[] = [];
    for (let run = 0; run < 11; run += 1) walls.push((await measure({ argv, env })).wallSeconds);
    medians[label] = walls.toSorted((a, b) => a - b)[5] ?? NaN;
  }
  const [bare = NaN, help = NaN] = Object.values(medians);
  print(`start-up, median of 11: ${JSON.stringify(medians)} s, ratio ${(help / bare).toFixed(2)}`);
}

function table(rows: readonly ScanFigures[]): string {
  const header =
    '| run | wall s | CPU us per evaluation | peak RSS MiB | API requests | evaluations | connections | server CPU s |';
  const lines = rows.map((row) =>
    [
      row.label,
      row.wallSeconds.toFixed(1),
      row.evaluations === 0 ? '–' : Math.round((row.cpuSeconds * 1e6) / row.evaluations),
      Math.round(row.peakRssMiB),
      row.apiRequests,
      row.evaluations,
      row.connections,
      row.serverCpuSeconds.toFixed(1),
    ].join(' | '),
  );
  return [header, `|${' --- |'.repeat(8)}`, ...lines.map((line) => `| ${line} |`)].join('\n');
}

/** Where little is asked, what counts is the whole run. */
function wholeRun(ours: ScanFigures, other: ScanFigures | undefined): string {
  const { label, wallSeconds, cpuSeconds, apiRequests, evaluations } = ours;
  const times =
    other === undefined
      ? ''
      : `; of ${other.label}: wall 1/${(other.wallSeconds / wallSeconds).toFixed(1)}, CPU 1/${(other.cpuSeconds / cpuSeconds).toFixed(1)}`;
  return `${label}: wall ${wallSeconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, ${evaluations} evaluations, ${apiRequests} API requests${times}`;
}

function ratios(ours: ScanFigures, other: ScanFigures): string {
  const ratio = (a: number, b: number): string => (a / b).toFixed(3);
  const cpu = (row: ScanFigures): number => row.cpuSeconds / row.evaluations;
  return `${ours.label} / ${other.label}: wall ${ratio(ours.wallSeconds, other.wallSeconds)}, CPU per evaluation ${ratio(cpu(ours), cpu(other))}, API requests ${ratio(ours.apiRequests, other.apiRequests)}`;
}

/** The load says how far times can be believed: above the number of cores, other work had its share. */
function describeMachine(): string {
  const { model = 'unknown' } = cpus()[0] ?? {};
  return `${availableParallelism()} cores (${model.trim()}), load ${loadavg()[0]?.toFixed(1) ?? '?'}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
