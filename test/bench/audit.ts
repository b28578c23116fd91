import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditedRequest, countRequests } from '../support/cluster/audit-log.ts';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import { type Measured, measure } from './measure.ts';
import { type BenchPolicyServer, startBenchPolicyServer } from './policy-server.ts';
import { seedWorkload, type Workload } from './workload.ts';

/** One scan of the whole cluster, as the operating system, the API server and the policy server saw it. */
export type ScanFigures = Measured & {
  readonly label: string;
  readonly evaluations: number;
  readonly connections: number;
  readonly serverCpuSeconds: number;
  readonly apiRequests: number;
  readonly apiRequestsBy: Record<string, number>;
};

export type Bench = {
  readonly cluster: RunningCluster;
  readonly policyServer: BenchPolicyServer;
  scan(label: string, argv: readonly string[]): Promise<ScanFigures>;
  deleteReports(): Promise<void>;
  stop(): Promise<void>;
};

/** A real API server with an audit log, a policy server, and the workload in it. */
export async function startBench(
  workload: Workload,
  log: (line: string) => void,
  startServer: (directory: string) => Promise<BenchPolicyServer> = startBenchPolicyServer,
): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const cluster = await startCluster({ log, auditLog: true });
  const policyServer = await startServer(directory);
  await seedWorkload(cluster, workload, log);
  return {
    cluster,
    policyServer,
    scan: (label, argv) => scan({ cluster, policyServer }, label, argv),
    deleteReports: () => deleteReports(cluster),
    stop: async () => {
      await policyServer.stop();
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The namespaces of the control plane. */
const ignoredNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** The flags that both scanners understand, at their defaults. */
export function dropInArguments({ policyServer }: Pick<Bench, 'policyServer'>): string[] {
  const ignored = ignoredNamespaces.flatMap((name) => ['-i', name]);
  return [
    '--loglevel',
    'info',
    '--policy-server-url',
    policyServer.url,
    '--extra-ca',
    policyServer.caFile,
    ...ignored,
  ];
}

/** The same audit by `scan`, which stores nothing and names the evaluations on stderr. */
export function scanArguments(
  { policyServer }: { readonly policyServer: Pick<BenchPolicyServer, 'url' | 'caFile'> },
  engine: 'policy-server' | 'embedded',
): string[] {
  const server = ['--policy-server-url', policyServer.url, '--extra-ca', policyServer.caFile];
  return [
    'scan',
    '--output',
    'name',
    '--exclude-namespaces',
    ignoredNamespaces.join(','),
    '--engine',
    engine,
    ...(engine === 'policy-server' ? server : []),
  ];
}

async function scan(
  { cluster, policyServer }: Pick<Bench, 'cluster' | 'policyServer'>,
  label: string,
  argv: readonly string[],
): Promise<ScanFigures> {
  await cluster.auditLog.reset();
  const before = await policyServer.stats();
  const env = { KUBECONFIG: cluster.kubeconfigPath, NODE_OPTIONS: await imageNodeOptions() };
  const measured = await measure({ argv, env });
  const after = await policyServer.stats();
  const requests: AuditedRequest[] = await cluster.auditLog.requests();
  return {
    ...measured,
    label,
    evaluations: after.requests - before.requests,
    // The two reads of these very figures share one connection that was there before, or is the first one.
    connections: after.connections - before.connections,
    serverCpuSeconds: (after.cpuMicros - before.cpuMicros) / 1e6,
    apiRequests: requests.length,
    apiRequestsBy: countRequests(requests),
  };
}

/** The limits of the heap that the image sets: what is measured is what runs in a cluster. */
async function imageNodeOptions(): Promise<string> {
  const dockerfile = await readFile(join(import.meta.dirname, '../../Dockerfile'), 'utf8');
  return /^ENV NODE_OPTIONS="([^"]+)"/m.exec(dockerfile)?.[1] ?? '';
}

async function deleteReports(cluster: RunningCluster): Promise<void> {
  const { items } = await cluster.request<{ items: { metadata: { name: string } }[] }>(
    'GET',
    '/api/v1/namespaces',
  );
  for (const { metadata } of items) {
    await cluster.request(
      'DELETE',
      `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${metadata.name}/policyreports`,
    );
  }
}
