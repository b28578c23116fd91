import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { toOneLine } from '../text/index.ts';
import type { TlsTerms } from './tls.ts';

/** What is said of a certificate that still works. `issuer` is on one line. */
export type CertificateFacts = { readonly issuer: string; readonly expiresAt: Date };

export function certificateFacts({ issuer, validToDate }: X509Certificate): CertificateFacts {
  return { issuer: toOneLine(issuer, 300), expiresAt: validToDate };
}

/** Why a server's certificate was refused: OpenSSL's or Node's code, and the certificate where it could be seen. */
export class CertificateFault extends Error {
  readonly code: string;
  readonly certificate: X509Certificate | undefined;

  constructor(code: string, certificate: X509Certificate | undefined) {
    super(code);
    this.name = 'CertificateFault';
    this.code = code;
    this.certificate = certificate;
  }
}

/** Judges the certificate of a finished handshake as Node would: first the chain, then the name. */
export function findCertificateFault(socket: TLSSocket, host: string): CertificateFault | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!socket.authorized) return new CertificateFault(String(socket.authorizationError), certificate);
  const named =
    isIP(host) === 0
      ? certificate?.checkHost(host, { subject: 'never', partialWildcards: false })
      : certificate?.checkIP(host);
  return named === undefined ? new CertificateFault('ERR_TLS_CERT_ALTNAME_INVALID', certificate) : undefined;
}

const timeoutMs = 5000;

/**
 * The certificate that a server shows, whether it is good or not. Only a handshake, straight to it; nothing is sent. Undefined when it
 * cannot be seen, as without TLS.
 */
export async function fetchCertificate(
  { protocol, hostname, port }: URL,
  { secureContext, serverName }: Partial<TlsTerms>,
): Promise<X509Certificate | undefined> {
  if (protocol !== 'https:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<X509Certificate | undefined>();
  const socket = connect({
    host,
    port: Number(port || '443'),
    servername: serverName ?? (isIP(host) === 0 ? host : ''),
    // Trusting anybody is the point: this connection is closed as soon as the certificate is here.
    rejectUnauthorized: false,
    timeout: timeoutMs,
    ...(secureContext === undefined ? {} : { secureContext }),
  });
  socket.once('secureConnect', () => {
    resolve(socket.getPeerX509Certificate());
  });
  for (const event of ['error', 'timeout', 'close']) {
    socket.once(event, () => {
      resolve(undefined);
    });
  }
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
