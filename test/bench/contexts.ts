import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority } from '../support/certificates.ts';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type Cost, measure } from './measure.ts';
import { seedWorkload, type Workload } from './workload.ts';

const names = ['one', 'two'] as const;

export type ContextsBench = {
  readonly scanner: readonly string[];
  /** How much longer than here each answer takes, as that of a distant API server does, in milliseconds. */
  readonly delayMs: number;
  readonly log: (line: string) => void;
};

/** Two clusters with the same workload, each alone and both in one run. */
export async function measureContexts(
  workload: Workload,
  { scanner, delayMs, log }: ContextsBench,
): Promise<readonly Cost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const clusters: RunningCluster[] = [];
  const proxies: FaultProxy[] = [];
  try {
    while (clusters.length < names.length) clusters.push(await startCluster({ log }));
    for (const cluster of clusters) await seedWorkload(cluster, workload, log);
    const kubeconfig = join(folder, 'kubeconfig');
    const servers: Server[] = [];
    for (const cluster of clusters) {
      if (delayMs === 0) servers.push(cluster);
      else servers.push(await putAway(cluster, delayMs, proxies));
    }
    await writeFile(kubeconfig, toKubeconfig(servers));
    const scan = [
      ...scanner,
      'scan',
      '-o',
      'name',
      '--exclude-namespaces',
      'default,kube-system,kube-public,kube-node-lease',
    ];
    const alone = (name: string): readonly string[] => [...scan, '--engine', 'embedded', '--context', name];
    return [
      await run('one alone', alone('one'), kubeconfig),
      await run('two alone', alone('two'), kubeconfig),
      await run('--contexts one,two', [...scan, '--contexts', 'one,two'], kubeconfig),
    ];
  } finally {
    for (const proxy of proxies) await proxy.close();
    for (const cluster of clusters) await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Server = Pick<RunningCluster, 'server' | 'certificateAuthority' | 'adminToken'>;

/** The same cluster, with every answer late. */
async function putAway(cluster: RunningCluster, delayMs: number, proxies: FaultProxy[]): Promise<Server> {
  const authority = await createCertificateAuthority('distant-ca');
  const proxy = await startFaultProxy({ ...cluster, certificate: await authority.issueServer() });
  proxy.inject = () => ({ before: () => delay(delayMs) });
  proxies.push(proxy);
  return { server: proxy.url, certificateAuthority: authority.cert, adminToken: cluster.adminToken };
}

function toKubeconfig(clusters: readonly Server[]): string {
  const entries = clusters.map((cluster, index) => ({ ...cluster, name: names[index] ?? '' }));
  return JSON.stringify({
    clusters: entries.map(({ name, server, certificateAuthority }) => ({
      name,
      cluster: {
        server,
        'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
      },
    })),
    users: entries.map(({ name, adminToken }) => ({ name, user: { token: adminToken } })),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });
}

async function run(label: string, argv: readonly string[], kubeconfig: string): Promise<Cost> {
  const measured = await measure({ argv, env: { KUBECONFIG: kubeconfig } });
  if (![0, 1].includes(measured.exitCode))
    throw new Error(`${label} ended with exit code ${measured.exitCode}:\n${measured.stderr}`);
  return { ...measured, label };
}
