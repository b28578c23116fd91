import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import type { ClusterConnection } from './connection.ts';

const timeoutMs = 3000;

/**
 * Looks at the certificate that the API server shows: whose it is, who issued it, and when it is valid. Only a handshake, nothing
 * is sent. Empty when it cannot be seen, as through a proxy.
 */
export async function fetchCertificateFacts({
  server,
  proxy,
  tls,
}: ClusterConnection): Promise<readonly string[]> {
  if (proxy !== undefined) return [];
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
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
    resolve(describe(socket.getPeerCertificate()));
  });
  for (const event of ['error', 'timeout', 'close']) {
    socket.once(event, () => {
      resolve([]);
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
