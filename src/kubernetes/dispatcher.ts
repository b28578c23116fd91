import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { AuditError, errorCodes } from '../domain/index.ts';
import type { ClusterConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';

/**
 * The keep-alive connections to the API server, straight or through the proxy. HTTP/1.1 only: over one HTTP/2 connection a
 * large page would hold up every other answer. Throws an AuditError when the certificates cannot be used.
 */
export function createDispatcher(
  connection: ClusterConnection,
  certificate: Credentials['certificate'],
  connections: number,
): Dispatcher {
  const { server, proxy, tls } = connection;
  const connect = {
    // Built once: from PEM it would be built again for each connection.
    secureContext: toSecureContext(connection, certificate),
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    // Load balancers in front of API servers close connections that are silent for a minute.
    keepAliveInitialDelay: 30_000,
  };
  const options = {
    connections,
    allowH2: false,
    keepAliveTimeout: 30_000,
    // The deadline of a whole request is enforced around it.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return proxy === undefined
    ? new Pool(server.origin, { ...options, connect })
    : new ProxyAgent({ ...options, uri: proxy.href, requestTls: connect });
}

function toSecureContext(
  connection: ClusterConnection,
  certificate: Credentials['certificate'],
): SecureContext {
  // As other Kubernetes clients do: without an authority of the cluster's own, those that the system trusts.
  const ca = connection.tls.ca ?? [...getCACertificates('default'), ...getCACertificates('system')];
  try {
    return createSecureContext({ ca, minVersion: 'TLSv1.2', ...certificate });
  } catch (thrown) {
    const message = `the certificates of context "${connection.context}" cannot be used: they are not valid PEM, or the key belongs to another certificate`;
    throw new AuditError(errorCodes.kubeconfigInvalid, message, { cause: thrown });
  }
}
