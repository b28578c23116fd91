import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificateAuthority } from '../certificates.ts';
import { startPolicyServer } from '../policy-server.ts';
import { startCluster } from './cluster.ts';
import { seedRealisticCluster } from './seed.ts';
import { answerForSeed } from './verdicts.ts';

/** A seeded cluster and a policy server that knows its policies. */
export type DemoCluster = {
  readonly server: string;
  readonly kubeconfigPath: string;
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
    const policyServer = await startPolicyServer({
      certificate: await authority.issueServer(),
      answer: answerForSeed,
      recordRequests: false,
    });
    await seedRealisticCluster(cluster);
    return {
      server: cluster.server,
      kubeconfigPath: cluster.kubeconfigPath,
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
