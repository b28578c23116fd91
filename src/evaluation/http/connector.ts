import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { type buildConnector, errors } from 'undici';
import { CertificateFault, findCertificateFault } from './certificate-fault.ts';
import type { TlsSettings } from './tls.ts';

export type ConnectorOptions = {
  readonly tls: TlsSettings;
  readonly lookup: LookupFunction;
  /** For the TCP connection and the TLS handshake together. */
  readonly timeoutMs: number;
};

/**
 * Opens the connections of an undici pool. undici's own connector spends a quarter more CPU on each, and every evaluation opens
 * one: most of it is Node turning the whole certificate chain into an object to compare the host name with.
 */
export function createConnector({ tls, lookup, timeoutMs }: ConnectorOptions): buildConnector.connector {
  const tlsOptions: ConnectionOptions = {
    secureContext: tls.secureContext,
    lookup,
    noDelay: true,
    ALPNProtocols: ['http/1.1'],
    // The certificate is judged in `secureConnect`, where a refusal can still say which one it was.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
  return ({ hostname, port, protocol }, callback) => {
    const encrypted = protocol === 'https:';
    const host = hostname.replace(/\.$/, '');
    const address = { host: hostname, port: Number(port || (encrypted ? 443 : 80)) };
    const servername = isIP(host) === 0 ? host : '';
    const socket = encrypted
      ? withoutCertificateObject(connectTls({ ...tlsOptions, ...address, servername }))
      : connectTcp({ ...address, lookup, noDelay: true });
    const judge = encrypted && tls.verify ? () => findCertificateFault(socket as TLSSocket, host) : () => undefined;
    handOver(socket, { event: encrypted ? 'secureConnect' : 'connect', judge, timeoutMs }, callback);
  };
}

/** Node builds the object for `checkServerIdentity` alone, which does not look at it. */
function withoutCertificateObject(socket: TLSSocket): TLSSocket {
  return Object.assign(socket, { getPeerCertificate: () => undefined });
}
