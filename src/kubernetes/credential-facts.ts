import { X509Certificate } from 'node:crypto';
import { type CertificateFacts, certificateFacts } from '../net/index.ts';
import type { Credentials } from './credentials.ts';
import { readTokenClaims } from './token-claims.ts';

/** Facts about credentials that do not reveal them. */
export type CredentialFacts =
  | ({ readonly kind: 'certificate' } & CertificateFacts)
  /** `expiresAt` is undefined for a token that does not say. */
  | { readonly kind: 'token'; readonly expiresAt: Date | undefined }
  | { readonly kind: 'password' | 'none' };

/** How the user proves who they are, and until when that is good. */
export function describeCredentials({ headers, certificate }: Credentials): CredentialFacts {
  const { authorization } = headers;
  if (typeof authorization === 'string' && authorization.startsWith('Bearer '))
    return { kind: 'token', expiresAt: expiryOf(authorization.slice('Bearer '.length)) };
  if (authorization !== undefined) return { kind: 'password' };
  if (certificate === undefined) return { kind: 'none' };
  // The connection was made with it, so it is one.
  return { kind: 'certificate', ...certificateFacts(new X509Certificate(certificate.cert)) };
}

function expiryOf(token: string): Date | undefined {
  const { exp } = readTokenClaims(token);
  return exp === undefined ? undefined : new Date(exp * 1000);
}
