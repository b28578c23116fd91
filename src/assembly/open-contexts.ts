import type { ScanConfig } from '../config/index.ts';
import { type AuditError, orError } from '../domain/index.ts';
import { findHomeDir } from '../host/index.ts';
import { chooseContexts, formatServer, type KubernetesClient, readClusterUid } from '../kubernetes/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { openClient } from './connect.ts';

/** A cluster that is about to be scanned, or why it cannot be. */
export type OpenedCluster = {
  /** The context by which it is scanned. */
  readonly name: string;
  readonly opened: OpenedClient | AuditError;
  /** Other contexts that were asked for and lead to it. */
  readonly sameAs: readonly string[];
};

type OpenedClient = {
  readonly client: KubernetesClient;
  readonly server: string;
  readonly uid: string | undefined;
};

/** Whoever does not answer by then is told from the others by its address alone. */
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
  const contexts = await Promise.all(
    names.map(async (name) => ({
      name,
      opened: await orError(connect({ ...config, context: name }, surroundings)),
    })),
  );
  return groupByCluster(contexts);
}

async function connect(config: ScanConfig, { io, stop, instruments }: Surroundings): Promise<OpenedClient> {
  // Several that ask at once would not be understood: a login that needs a person fails, and says so.
  const stdin = { ...io.stdin, isTTY: false };
  const client = await openClient(config, { io: { ...io, stdin }, signal: stop, instruments });
  const signal = AbortSignal.any([stop, AbortSignal.timeout(identityMs)]);
  const uid = await readClusterUid(client, signal);
  return { client, server: formatServer(client.connection.server), uid };
}

type OpenedContext = Omit<OpenedCluster, 'sameAs'>;

/**
 * Of the contexts that lead to one cluster, the first that may say which one it is stands for all: each run takes the same. Those that may
 * not say it are told by their address, which others have named by then.
 */
function groupByCluster(contexts: readonly OpenedContext[]): readonly OpenedCluster[] {
  const groups: OpenedContext[][] = [];
  const knownFirst = contexts.toSorted((a, b) => Number(isKnown(b.opened)) - Number(isKnown(a.opened)));
  for (const context of knownFirst) {
    const same = groups.find((group) => group.some(({ opened }) => isSameCluster(opened, context.opened)));
    if (same === undefined) groups.push([context]);
    else same.push(context);
  }
  return groups
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, sameAs: others.map(({ name }) => name) }],
    )
    .toSorted((a, b) => positionIn(contexts, a) - positionIn(contexts, b));
}

function isKnown(opened: OpenedContext['opened']): boolean {
  return 'client' in opened && opened.uid !== undefined;
}

function positionIn(contexts: readonly OpenedContext[], { name }: OpenedCluster): number {
  return contexts.findIndex((context) => context.name === name);
}

function isSameCluster(one: OpenedContext['opened'], other: OpenedContext['opened']): boolean {
  if (!('client' in one) || !('client' in other)) return false;
  if (one.uid !== undefined && other.uid !== undefined) return one.uid === other.uid;
  return one.server === other.server;
}
