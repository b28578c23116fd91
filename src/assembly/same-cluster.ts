import type { AuditError } from '../domain/index.ts';
import type { ClusterConnection } from '../kubernetes/index.ts';

/** A cluster that is about to be scanned, or why it cannot be. */
export type OpenedCluster<Client = OpenedClient> = OpenedContext<Client> & {
  /** Other contexts that were asked for and lead to it. */
  readonly sameAs: readonly string[];
};

/** A context that was asked for, and what came of connecting to it. */
export type OpenedContext<Client = OpenedClient> = {
  readonly name: string;
  readonly opened: Client | AuditError;
};

type OpenedClient = {
  readonly client: { readonly connection: Pick<ClusterConnection, 'tls' | 'proxy' | 'context' | 'user'> };
  readonly server: string;
  readonly uid: string | undefined;
};

/**
 * Puts together the contexts that lead to one cluster. Each cluster has the name of the first that was asked for, so that each run names
 * it the same, and the client of the first that may say which cluster it is. Those that may not say it are told by their address, which
 * others have named by then. `spare` are the clients that nobody takes.
 */
export function groupByCluster<Client extends OpenedClient>(
  contexts: readonly OpenedContext<Client>[],
): { readonly clusters: readonly OpenedCluster<Client>[]; readonly spare: readonly Client[] } {
  const groups: OpenedContext<Client>[][] = [];
  const knownFirst = contexts.toSorted((a, b) => Number(isKnown(b.opened)) - Number(isKnown(a.opened)));
  for (const context of knownFirst) {
    const same = groups.find((group) => group.some(({ opened }) => isSameCluster(opened, context.opened)));
    if (same === undefined) groups.push([context]);
    else same.push(context);
  }
  const clusters = groups.flatMap((group) => {
    const [name, ...sameAs] = contexts.flatMap((context) => (group.includes(context) ? [context.name] : []));
    const [taken] = group;
    return name === undefined || taken === undefined ? [] : [{ name, opened: taken.opened, sameAs }];
  });
  const spare = groups.flatMap(([, ...others]) =>
    others.flatMap(({ opened }) => ('client' in opened ? [opened] : [])),
  );
  const positions = new Map(contexts.map(({ name }, index) => [name, index]));
  const positionOf = ({ name }: OpenedCluster<Client>): number => positions.get(name) ?? 0;
  return { clusters: clusters.toSorted((a, b) => positionOf(a) - positionOf(b)), spare };
}

/** That several contexts are one cluster, what it is called, and who looks at it. */
export function describeSame({ name, opened, sameAs }: OpenedCluster): string {
  const others = sameAs.map((other) => `"${other}"`).join(', ');
  const once = `context "${name}" and ${others} are the same cluster: it is scanned once, as "${name}"`;
  if (!('client' in opened)) return once;
  const { context, user } = opened.client.connection;
  return `${once}, with the credentials of ${context === name ? 'that context' : `"${context}"`}, as ${user}`;
}

function isKnown(opened: OpenedClient | AuditError): boolean {
  return 'client' in opened && opened.uid !== undefined;
}

function isSameCluster(one: OpenedClient | AuditError, other: OpenedClient | AuditError): boolean {
  if (!('client' in one) || !('client' in other)) return false;
  if (one.uid !== undefined && other.uid !== undefined) return one.uid === other.uid;
  return addressOf(one) === addressOf(other);
}

/** A proxy, or the name that TLS asks for, may make two clusters of one URL. */
function addressOf({ server, client: { connection } }: OpenedClient): string {
  return JSON.stringify([server, connection.tls.serverName, connection.proxy?.href]);
}
