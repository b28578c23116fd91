import { X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../net/index.ts';
import { toOneLine } from '../text/index.ts';
import type { Credentials } from './credentials.ts';

/** What can be told of credentials without telling them. */
export type CredentialFacts =
  | ({ readonly kind: 'certificate' } & CertificateFacts)
  /** `expiresAt` is undefined for a token that does not say. */
  | { readonly kind: 'token'; readonly expiresAt: Date | undefined }
  | { readonly kind: 'password' | 'none' };

/** How the user proves who they are, and until when that is good. */
export function describeCredentials({ headers, certificate }: Credentials): CredentialFacts {
  const { authorization } = headers;
  if (typeof authorization === 'string' && authorization.startsWith('Bearer '))
    return { kind: 'token', expiresAt: readExpiry(authorization.slice('Bearer '.length)) };
  if (authorization !== undefined) return { kind: 'password' };
  if (certificate === undefined) return { kind: 'none' };
  // The connection was made with it, so it is one.
  const { issuer, validToDate } = new X509Certificate(certificate.cert);
  return { kind: 'certificate', issuer: toOneLine(issuer), expiresAt: validToDate };
}

/** When a JSON Web Token ends, as it says itself: nothing is trusted because of it. */
function readExpiry(token: string): Date | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const isRecord = typeof payload === 'object' && payload !== null && 'exp' in payload;
    return isRecord && typeof payload.exp === 'number' ? new Date(payload.exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}
