import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import type { CertificateFacts } from '../net/index.ts';
import type { ClusterConnection } from './connection.ts';

const timeoutMs = 3000;

/** What to say about the certificate that the API server shows: whose it is, who issued it, and when it is valid. Empty when it cannot be seen. */
export async function fetchCertificateFacts(connection: ClusterConnection): Promise<readonly string[]> {
  const certificate = await fetchCertificate(connection);
  return certificate === undefined ? [] : describe(certificate);
}

/** How long the certificate of the API server is good for; undefined when it cannot be seen. */
export async function fetchCertificateExpiry(
  connection: ClusterConnection,
): Promise<CertificateFacts | undefined> {
  const { issuer, valid_to: to } = (await fetchCertificate(connection)) ?? {};
  return to === undefined ? undefined : { issuer: `CN=${cn(issuer?.CN)}`, expiresAt: new Date(to) };
}

/** Only a handshake, nothing is sent. Undefined when the certificate cannot be seen, as through a proxy or without TLS. */
async function fetchCertificate({
  server,
  proxy,
  tls,
}: ClusterConnection): Promise<Partial<PeerCertificate> | undefined> {
  if (proxy !== undefined || server.protocol !== 'https:') return undefined;
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<Partial<PeerCertificate> | undefined>();
  const servername = tls.serverName ?? (isIP(host) === 0 ? host : undefined);
  const socket = connect({
    host,
    port: Number(server.port || '443'),
    // Trusting nobody is the point: this connection is closed as soon as the certificate is here.
    rejectUnauthorized: false,
    timeout: timeoutMs,
    ...(servername === undefined ? {} : { servername }),
  });
  socket.once('secureConnect', () => {
    resolve(socket.getPeerCertificate());
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

function describe({
  subject,
  issuer,
  valid_from: from,
  valid_to: to,
  subjectaltname,
}: Partial<PeerCertificate>): readonly string[] {
  if (from === undefined || to === undefined) return [];
  const names = subjectaltname === undefined ? [] : [`Issued for: ${subjectaltname}`];
  return [
    `Certificate: CN=${cn(subject?.CN)}, issued by CN=${cn(issuer?.CN)}`,
    ...names,
    `Valid: ${from} to ${to}`,
  ];
}

function cn(value: string | string[] | undefined): string {
  return value === undefined ? '(none)' : [value].flat().join(', ');
}
