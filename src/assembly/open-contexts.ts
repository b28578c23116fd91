import pLimit from 'p-limit';
import type { ScanConfig } from '../config/index.ts';
import { orError } from '../domain/index.ts';
import { findHomeDir } from '../host/index.ts';
import { chooseContexts, formatServer, type KubernetesClient, readClusterUid } from '../kubernetes/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { openClient } from './connect.ts';
import { groupByCluster, type OpenedCluster as SameCluster } from './same-cluster.ts';

/** A cluster that is about to be scanned, or why it cannot be. */
export type OpenedCluster = SameCluster<OpenedClient>;

type OpenedClient = {
  readonly client: KubernetesClient;
  readonly server: string;
  readonly uid: string | undefined;
};

/** At once; the others wait. Each holds connections and perhaps a login plug-in. */
export const mostAtOnce = 8;

/** A cluster that does not answer by then is identified by its address alone. */
const identityMs = 5000;

/**
 * Connects to the contexts that were asked for and finds out which of them are one cluster. Rejects with an AuditError for a name that
 * no context has; one that cannot be used is among what comes back.
 */
export async function connectContexts(
  config: ScanConfig,
  asked: readonly string[],
  surroundings: Surroundings,
): Promise<readonly OpenedCluster[]> {
  const { env } = surroundings.io;
  const place = { env, homeDir: findHomeDir(env), kubeconfigPath: config.kubeconfig };
  const names = await chooseContexts(asked, place);
  const limit = pLimit(mostAtOnce);
  const contexts = await Promise.all(
    names.map(async (name) => ({
      name,
      opened: await limit(() => orError(connect({ ...config, context: name }, surroundings))),
    })),
  );
  const { clusters, spare } = groupByCluster(contexts);
  await Promise.all(spare.map(({ client }) => client.close()));
  return clusters;
}

async function connect(config: ScanConfig, { io, stop, instruments }: Surroundings): Promise<OpenedClient> {
  // Several that ask at once would not be understood: a login that needs a person fails, and says so.
  const stdin = { ...io.stdin, isTTY: false };
  const client = await openClient(config, { io: { ...io, stdin }, signal: stop, instruments });
  const signal = AbortSignal.any([stop, AbortSignal.timeout(identityMs)]);
  const uid = await readClusterUid(client, signal);
  return { client, server: formatServer(client.connection.server), uid };
}
