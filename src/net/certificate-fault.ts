import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

export const wrongNameCode = 'ERR_TLS_CERT_ALTNAME_INVALID';

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
  return named === undefined ? new CertificateFault(wrongNameCode, certificate) : undefined;
}
