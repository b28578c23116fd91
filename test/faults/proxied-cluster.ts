import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from '../support/certificates.ts';
import type { Cluster } from '../support/cluster/connection.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

/** A real API server behind a proxy that can fail, and the kubeconfig of a user who may do everything there. */
export type ProxiedCluster = {
  readonly proxy: FaultProxy;
  /** Of the certificate that the proxy shows. */
  readonly authority: CertificateAuthority;
  readonly kubeconfigPath: string;
};

/** Starts the proxy; the kubeconfig is in the cluster's directory, under this name. */
export async function startProxiedCluster(cluster: Cluster, name: string): Promise<ProxiedCluster> {
  const authority = await createCertificateAuthority('fault-proxy-ca');
  const proxy = await startFaultProxy({ ...cluster, certificate: await authority.issueServer() });
  const kubeconfigPath = join(cluster.directory, `kubeconfig-${name}`);
  const kubeconfig = {
    'current-context': 'faults',
    clusters: [
      {
        name: 'faults',
        cluster: {
          server: proxy.url,
          'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
        },
      },
    ],
    contexts: [{ name: 'faults', context: { cluster: 'faults', user: 'admin' } }],
    users: [{ name: 'admin', user: { token: cluster.adminToken } }],
  };
  await writeFile(kubeconfigPath, JSON.stringify(kubeconfig), { mode: 0o600 });
  return { proxy, authority, kubeconfigPath };
}
