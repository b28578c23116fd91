import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { wapcMetadata, withMetadata } from '../fixtures/wasm/modules.ts';
import { buildRustPolicies } from '../rust/build.mjs';
import { createCertificateAuthority } from '../support/certificates.ts';
import type { RunningCluster } from '../support/cluster/cluster.ts';
import { startRealPolicyServer } from '../support/real-policy-server.ts';
import { type Bench, dropInArguments, type ScanFigures, startBench } from './audit.ts';
import { cpuSecondsOf } from './measure.ts';
import { startBenchPolicyServer } from './policy-server.ts';
import { policies, type Workload } from './workload.ts';

export type ConnectionsBench = {
  readonly workload: Workload;
  /** Another scanner, with the same flags. */
  readonly goScanner: string | undefined;
  /** Kubewarden's own policy-server. */
  readonly policyServer: string | undefined;
  readonly scanner: readonly string[];
  readonly log: (line: string) => void;
};

const serviceName = 'policy-server-default.kubewarden.svc';

/** An unchanged cluster, with one connection for each evaluation and with balanced ones. */
export async function measureConnections({
  workload,
  goScanner,
  policyServer,
  scanner,
  log,
}: ConnectionsBench): Promise<readonly ScanFigures[]> {
  const address = addressOfMachine();
  const names = { dns: [serviceName], ip: [address] };
  const bench = await startBench(workload, log, (directory) =>
    startBenchPolicyServer(directory, ['--listen', `${address}:0`], names),
  );
  try {
    await registerEndpoint(bench.cluster, new URL(bench.policyServer.url));
    const perRequest = [...scanner, ...dropInArguments(bench)];
    await bench.scan('not shown, it creates the reports', perRequest);
    const figures = [
      await bench.scan('per request', perRequest),
      await bench.scan('balanced', balanced(perRequest)),
      ...(goScanner === undefined ? [] : [await scanAgain(bench, goScanner)]),
    ];
    const real =
      policyServer === undefined
        ? []
        : await measureReal(policyServer, bench, {
            workload,
            scanner,
            evaluations: figures[0]?.evaluations ?? 0,
          });
    return [...figures, ...real];
  } finally {
    await bench.stop();
  }
}

/** The API server refuses endpoints on loopback. */
function addressOfMachine(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no IPv4 address besides loopback');
  return found.address;
}

async function registerEndpoint(cluster: RunningCluster, { hostname, port }: URL): Promise<void> {
  const labels = { 'kubernetes.io/service-name': 'policy-server-default' };
  await cluster.apply([
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'policy-server-default', namespace: 'kubewarden', labels },
      addressType: 'IPv4',
      ports: [{ name: 'policy-server', port: Number(port), protocol: 'TCP' }],
      endpoints: [{ addresses: [hostname] }],
    },
  ]);
}

/** The same, but the server is found by its Service, of which only the endpoint can be reached. */
function balanced(argv: readonly string[]): string[] {
  const at = argv.indexOf('--policy-server-url');
  return [...argv.toSpliced(at, 2), '--connections', 'balanced'];
}

async function scanAgain(bench: Bench, goScanner: string): Promise<ScanFigures> {
  await bench.deleteReports();
  const argv = [goScanner, ...dropInArguments(bench)];
  await bench.scan('not shown, it creates the reports', argv);
  return bench.scan('Go scanner', argv);
}

type RealOptions = Pick<ConnectionsBench, 'workload' | 'scanner'> & {
  /** It does not say how many there were; the same as at the other server. */
  readonly evaluations: number;
};

async function measureReal(
  program: string,
  bench: Bench,
  { workload, scanner, evaluations }: RealOptions,
): Promise<ScanFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const address = addressOfMachine();
  const authority = await createCertificateAuthority();
  const { cert, key } = await authority.issueServer({ dns: [serviceName], ip: [address] });
  const fileOf = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const wasm = await readFile((await buildRustPolicies()).labels);
  const module = await fileOf(
    'policy.wasm',
    withMetadata(wasm, { ...wapcMetadata, executionMode: 'kubewarden-wapc' }),
  );
  const policy = { module: `file://${module}`, settings: { labels: { app: 'x' } } };
  const ids = policies(workload).map(({ metadata }) => `clusterwide-${metadata.name}`);
  const caFile = await fileOf('ca.crt', authority.cert);
  const server = await startRealPolicyServer({
    program,
    folder,
    address,
    policies: Object.fromEntries(ids.map((id) => [id, policy])),
    workers: 2,
    flags: ['--cert-file', await fileOf('tls.crt', cert), '--key-file', await fileOf('tls.key', key)],
  });
  const url = server.url.replace('http:', 'https:');
  const policyServer = { ...bench.policyServer, url, caFile };
  try {
    await registerEndpoint(bench.cluster, new URL(url));
    const argv = [...scanner, ...dropInArguments({ policyServer }), '--disable-store'];
    const figures: ScanFigures[] = [];
    for (const [label, flags] of [
      ['not shown', argv],
      ['policy-server, per request', argv],
      ['policy-server, balanced', balanced(argv)],
    ] as const) {
      const before = cpuSecondsOf(server.pid);
      const figure = await bench.scan(label, flags);
      const serverCpuSeconds = cpuSecondsOf(server.pid) - before;
      figures.push({ ...figure, evaluations, serverCpuSeconds });
    }
    return figures.slice(1);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
