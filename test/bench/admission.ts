import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { wapcMetadata, withMetadata } from '../fixtures/wasm/modules.ts';
import { buildRustPolicies } from '../rust/build.mjs';
import { createCertificateAuthority } from '../support/certificates.ts';
import { startCluster } from '../support/cluster/cluster.ts';
import { startRealPolicyServer } from '../support/real-policy-server.ts';
import { scanArguments } from './audit.ts';
import { aPodOf4KiB, reviewOf } from './engine-cost.ts';
import { measure } from './measure.ts';
import { startBenchPolicyServer } from './policy-server.ts';
import { policies, seedWorkload, type Workload } from './workload.ts';

export type AdmissionBench = {
  readonly workload: Workload;
  /** Kubewarden's own policy-server; ours with two workers, each a millisecond of CPU, where it is not given. */
  readonly policyServer: string | undefined;
  readonly scanner: readonly string[];
  /** Bounds and modes to compare; empty for all. */
  readonly ways: readonly string[];
  readonly log: (line: string) => void;
};

/** Admission reviews per second, whatever becomes of those before. */
const perSecond = 40;
const idleMs = 20_000;

type Way = { readonly label: string; readonly flags: readonly string[] };

const bounds = ['1', '2', '4', '8', '16', '50', '100'];
const modes = ['gentle', 'normal', 'full'];

function toWay(name: string): Way {
  return bounds.includes(name)
    ? { label: `${name} in flight`, flags: ['--load', 'full', '--concurrency', name] }
    : { label: `--load ${name}`, flags: ['--load', name] };
}

type Row = {
  readonly label: string;
  readonly latencies: readonly number[];
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
};

/** What a scan does to those who wait for the same policy server, by how many evaluations it has in flight. */
export async function measureAdmission(bench: AdmissionBench): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const cluster = await startCluster({ log: bench.log });
  const server = await startServer(bench, folder);
  try {
    await seedWorkload(cluster, bench.workload, bench.log);
    const admission = new Admission(server.url, server.authority);
    await admission.during(delay(2000));
    const idle = { label: 'no scan', wallSeconds: idleMs / 1000, cpuSeconds: 0 };
    const rows: Row[] = [{ ...idle, latencies: await admission.during(delay(idleMs)) }];
    for (const name of bench.ways.length > 0 ? bench.ways : [...bounds, ...modes]) {
      const { label, flags } = toWay(name);
      const argv = [...bench.scanner, ...scanArguments({ policyServer: server }, 'policy-server'), ...flags];
      const scan = measure({ argv, env: { KUBECONFIG: cluster.kubeconfigPath } });
      const latencies = await admission.during(scan);
      const { wallSeconds, cpuSeconds, exitCode, stderr } = await scan;
      if (exitCode > 1) throw new Error(`${label} ended with exit code ${exitCode}:\n${stderr}`);
      bench.log(`${label}: ${/ {2}load.*/.exec(stderr)?.[0] ?? ''}`);
      rows.push({ label, latencies, wallSeconds, cpuSeconds });
    }
    bench.log(toTable(rows));
    await admission.close();
  } finally {
    await server.stop();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Server = {
  readonly url: string;
  readonly caFile: string;
  readonly authority: string;
  readonly stop: () => Promise<void>;
};

async function startServer({ policyServer, workload }: AdmissionBench, folder: string): Promise<Server> {
  if (policyServer === undefined) {
    const server = await startBenchPolicyServer(folder, ['--workers', '2', '--work', '1ms']);
    return Object.assign(server, { authority: await readFile(server.caFile, 'utf8') });
  }
  const authority = await createCertificateAuthority();
  const { cert, key } = await authority.issueServer();
  const [caFile, certFile, keyFile] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => join(folder, name));
  if (caFile === undefined || certFile === undefined || keyFile === undefined)
    throw new RangeError('three names');
  await Promise.all([writeFile(caFile, authority.cert), writeFile(certFile, cert), writeFile(keyFile, key)]);
  const module = join(folder, 'policy.wasm');
  const wasm = await readFile((await buildRustPolicies()).labels);
  await writeFile(module, withMetadata(wasm, { ...wapcMetadata, executionMode: 'kubewarden-wapc' }));
  const policy = { module: `file://${module}`, settings: { labels: { app: 'x' } } };
  const names = policies(workload).map(({ metadata }) => `clusterwide-${metadata.name}`);
  const { url, close } = await startRealPolicyServer({
    program: policyServer,
    folder,
    policies: Object.fromEntries(names.map((name) => [name, policy])),
    workers: 2,
    flags: ['--cert-file', certFile, '--key-file', keyFile],
  });
  return { url: url.replace('http:', 'https:'), caFile, authority: authority.cert, stop: close };
}

/** The API server's side: as many reviews per second whatever becomes of them, on connections that are kept. */
class Admission {
  readonly #pool: Pool;
  readonly #body = reviewOf(aPodOf4KiB().replace('"name":"api"', '"name":"api","labels":{"app":"x"}'));

  constructor(url: string, authority: string) {
    this.#pool = new Pool(url, { connections: 64, connect: { ca: authority } });
  }

  /** Milliseconds from when each review was to be sent to its answer, for as long as the work takes. */
  async during(work: Promise<unknown>): Promise<readonly number[]> {
    const latencies: number[] = [];
    const asked: Promise<void>[] = [];
    const state = { isOver: false };
    const over = work.then(
      () => (state.isOver = true),
      () => (state.isOver = true),
    );
    for (let at = performance.now(); !state.isOver; at += 1000 / perSecond) {
      await delay(Math.max(0, at - performance.now()));
      asked.push(this.#ask().then(() => void latencies.push(performance.now() - at)));
    }
    await Promise.all([over, ...asked]);
    return latencies;
  }

  async #ask(): Promise<void> {
    const { statusCode, body } = await this.#pool.request({
      method: 'POST',
      path: '/validate/clusterwide-allow-0',
      headers: { 'content-type': 'application/json' },
      body: this.#body,
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`admission was answered with HTTP ${statusCode}`);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function toTable(rows: readonly Row[]): string {
  const idle = percentile(rows[0]?.latencies ?? [], 0.95);
  const fixed = rows.filter(({ label }) => label.endsWith('in flight'));
  const best = Math.min(...fixed.map(({ wallSeconds }) => wallSeconds));
  const header =
    '| scan beside | p50 ms | p95 ms | p99 ms | p95 to idle | wall s | wall to best fixed | scanner CPU s |';
  const lines = rows.map(({ label, latencies, wallSeconds, cpuSeconds }) => {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share).toFixed(1));
    const slower = (percentile(latencies, 0.95) / idle).toFixed(1);
    const longer = cpuSeconds === 0 ? '' : (wallSeconds / best).toFixed(2);
    return `| ${[label, p50, p95, p99, slower, wallSeconds.toFixed(1), longer, cpuSeconds.toFixed(1)].join(' | ')} |`;
  });
  return [header, `|${' --- |'.repeat(8)}`, ...lines].join('\n');
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
