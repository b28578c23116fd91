import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { toOneLine } from '../text/index.ts';
import type { CertificateFacts } from './certificate.ts';
import type { TlsSettings } from './tls.ts';

const timeoutMs = 5000;

/**
 * Looks at the certificate that a policy server shows, whether it is good or not. Only a handshake, nothing is sent. Undefined when it
 * cannot be seen.
 */
export async function fetchServerCertificate(
  url: URL,
  { secureContext }: TlsSettings,
): Promise<CertificateFacts | undefined> {
  if (url.protocol !== 'https:') return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<CertificateFacts | undefined>();
  const socket = connect({
    host,
    port: Number(url.port || '443'),
    servername: isIP(host) === 0 ? host : '',
    secureContext,
    rejectUnauthorized: false,
    timeout: timeoutMs,
  });
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    resolve(
      certificate && { issuer: toOneLine(certificate.issuer, 300), expiresAt: certificate.validToDate },
    );
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
