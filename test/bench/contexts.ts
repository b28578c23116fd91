import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import { type Cost, measure } from './measure.ts';
import { seedWorkload, type Workload } from './workload.ts';

const names = ['one', 'two'] as const;

/** Two clusters with the same workload, each alone and both in one run. */
export async function measureContexts(
  workload: Workload,
  { scanner, log }: { readonly scanner: readonly string[]; readonly log: (line: string) => void },
): Promise<readonly Cost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const clusters: RunningCluster[] = [];
  try {
    while (clusters.length < names.length) clusters.push(await startCluster({ log }));
    for (const cluster of clusters) await seedWorkload(cluster, workload, log);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, toKubeconfig(clusters));
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
    for (const cluster of clusters) await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function toKubeconfig(clusters: readonly RunningCluster[]): string {
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
