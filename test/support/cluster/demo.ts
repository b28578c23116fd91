import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificateAuthority } from '../certificates.ts';
import { startEngineServer } from '../engine-server.ts';
import { startCluster } from './cluster.ts';
import { toPolicies } from './real-policies.ts';
import { readSeed } from './seed.ts';

/** A seeded cluster and a policy server that runs its policies. */
export type DemoCluster = {
  readonly server: string;
  readonly kubeconfigPath: string;
  readonly policies: number;
  /** The `.svc` name of the policy server does not resolve outside of a cluster: scans need this URL, and the CA below. */
  readonly policyServerUrl: string;
  readonly policyServerCaPath: string;
  readonly stop: () => Promise<void>;
};

export async function startDemoCluster(log: (line: string) => void): Promise<DemoCluster> {
  const cluster = await startCluster({ controllerManager: true, log });
  try {
    const authority = await createCertificateAuthority();
    const policyServerCaPath = join(cluster.directory, 'policy-server-ca.crt');
    await writeFile(policyServerCaPath, authority.cert);
    const { workloads, policies } = await readSeed(cluster.directory, log);
    const policyServer = await startEngineServer({
      certificate: await authority.issueServer(),
      recordRequests: false,
    });
    await policyServer.load(toPolicies(policies));
    await cluster.apply([...workloads, ...policies]);
    return {
      server: cluster.server,
      kubeconfigPath: cluster.kubeconfigPath,
      policies: policies.length,
      policyServerUrl: policyServer.url.origin,
      policyServerCaPath,
      stop: async () => {
        await policyServer.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
