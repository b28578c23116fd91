import type { PeerCertificate } from 'node:tls';
import { type CertificateFacts, fetchCertificate } from '../net/index.ts';
import type { ClusterConnection } from './connection.ts';

/** What to say about the certificate that the API server shows: whose it is, who issued it, and when it is valid. Empty when it cannot be seen. */
export async function fetchCertificateFacts(connection: ClusterConnection): Promise<readonly string[]> {
  const certificate = await findCertificate(connection);
  return certificate === undefined ? [] : describe(certificate);
}

/** How long the certificate of the API server is good for; undefined when it cannot be seen. */
export async function fetchCertificateExpiry(
  connection: ClusterConnection,
): Promise<CertificateFacts | undefined> {
  const certificate = await findCertificate(connection);
  if (certificate === undefined) return undefined;
  return { issuer: `CN=${cn(certificate.issuer.CN)}`, expiresAt: new Date(certificate.valid_to) };
}

/** Undefined when it cannot be seen, as through a proxy or without TLS. */
async function findCertificate({
  server,
  proxy,
  tls,
}: ClusterConnection): Promise<PeerCertificate | undefined> {
  if (proxy !== undefined) return undefined;
  const certificate = await fetchCertificate(server, { serverName: tls.serverName });
  return certificate?.toLegacyObject();
}

function describe({
  subject,
  issuer,
  valid_from: from,
  valid_to: to,
  subjectaltname,
}: PeerCertificate): readonly string[] {
  const names = subjectaltname === undefined ? [] : [`Issued for: ${subjectaltname}`];
  return [
    `Certificate: CN=${cn(subject.CN)}, issued by CN=${cn(issuer.CN)}`,
    ...names,
    `Valid: ${from} to ${to}`,
  ];
}

function cn(value: string | string[] | undefined): string {
  return value === undefined ? '(none)' : [value].flat().join(', ');
}
