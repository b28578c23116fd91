import type { ScanConfig } from '../config/index.ts';
import { formatServer, type KubernetesClient } from '../kubernetes/index.ts';
import type { KnownCluster } from '../sources/index.ts';
import {
  type ClusterIdentity,
  createKnownCluster,
  createKubernetesObjectReader,
  identifyCluster,
} from '../sources/kubernetes/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { openClient } from './connect.ts';

export type FactsCluster = {
  readonly client: KubernetesClient;
  readonly known: KnownCluster;
  readonly identify: () => Promise<ClusterIdentity>;
  /** The end of the sentence that says what is scanned. */
  readonly subject: string;
  readonly close: () => Promise<void>;
};

/** The cluster of the kubeconfig, to be asked for what files leave open. Rejects with an AuditError when the kubeconfig cannot be used. */
export async function openFactsCluster(
  config: ScanConfig,
  { io, onNotice, stop, instruments }: Pick<Surroundings, 'io' | 'onNotice' | 'stop' | 'instruments'>,
): Promise<FactsCluster> {
  const client = await openClient(config, { io, signal: stop, instruments });
  const { context, server, user } = client.connection;
  return {
    client,
    known: {
      ...createKnownCluster(client, onNotice),
      objects: createKubernetesObjectReader(client, config.limits.pageSize),
    },
    identify: () => identifyCluster(client),
    subject: `, and facts of context ${context} (${formatServer(server)}) as ${user}`,
    close: () => client.close(),
  };
}
