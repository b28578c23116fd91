import type { ClusterConnection } from './connection.ts';

type Connection = Pick<ClusterConnection, 'context' | 'server' | 'proxy'>;

/** What to do about an API server that no connection can be made to; `code` is that of the layer below. Commands, the likeliest first. */
export function adviseOnReaching(connection: Connection, code: string): readonly string[] {
  const proxied =
    connection.proxy === undefined ? [] : [`export NO_PROXY="$NO_PROXY,${connection.server.hostname}"`];
  if (isInPod(connection)) return [...proxied, 'kubectl -n kubewarden get networkpolicy'];
  const unknownName = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  return [
    ...proxied,
    kubectl('cluster-info', connection),
    ...(unknownName ? ['kubectl config view --minify   # is the server of this context right?'] : []),
    'audit-scanner scan --context NAME',
  ];
}

/** What to do about a certificate of the API server that is not trusted. */
export function adviseOnCertificate(connection: Connection, code: string): readonly string[] {
  const { hostname, port } = connection.server;
  const show = `openssl s_client -connect ${hostname}:${port || '443'} </dev/null | openssl x509 -noout -issuer -dates -ext subjectAltName`;
  if (/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return ['date -u', show];
  return isInPod(connection) ? [show] : [kubectl('cluster-info', connection), show];
}

/** What to do about credentials that the API server does not take, or does not get. */
export function adviseOnCredentials(connection: Connection): readonly string[] {
  return isInPod(connection)
    ? [
        'kubectl -n kubewarden get serviceaccount audit-scanner',
        'restart the Pod if the service account was recreated',
      ]
    : [
        'log in again with the tool that wrote the kubeconfig',
        kubectl('auth whoami', connection),
        kubectl('config view --minify', connection),
      ];
}

function kubectl(command: string, { context }: Connection): string {
  return `kubectl ${command} --context ${quote(context)}`;
}

/** The service account of a Pod is no context of any kubeconfig. */
function isInPod({ context }: Connection): boolean {
  return context === 'in-cluster';
}

function quote(word: string): string {
  return /^[\w.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
