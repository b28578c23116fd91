import type { ScanConfig } from '../config/config.ts';
import { formatServer } from '../kubernetes/connection.ts';
import { createKnownCluster } from '../sources/kubernetes/known-cluster.ts';
import { createKubernetesObjectReader } from '../sources/kubernetes/object-reader.ts';
import type { KnownCluster } from '../sources/source.ts';
import type { Surroundings } from './compose.ts';
import { connect, createClient } from './connect.ts';

export type FactsCluster = {
  readonly known: KnownCluster;
  /** The end of the sentence that says what is scanned. */
  readonly subject: string;
  readonly close: () => Promise<void>;
};

/** The cluster of the kubeconfig, to be asked for what files leave open. Rejects with an AuditError when the kubeconfig cannot be used. */
export async function openFactsCluster(
  config: ScanConfig,
  { io, onNotice, stop }: Pick<Surroundings, 'io' | 'onNotice' | 'stop'>,
): Promise<FactsCluster> {
  const connection = await connect(config, io, stop);
  const client = createClient(connection, config.limits.requestTimeoutMs);
  const { context, server, user } = connection;
  return {
    known: {
      ...createKnownCluster(client, onNotice),
      objects: createKubernetesObjectReader(client, config.limits.pageSize),
    },
    subject: `, and facts of context ${context} (${formatServer(server)}) as ${user}`,
    close: () => client.close(),
  };
}
