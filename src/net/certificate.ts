/** What is read of a certificate. `issuer` is on one line. */
export type CertificateFacts = { readonly issuer: string; readonly expiresAt: Date };
