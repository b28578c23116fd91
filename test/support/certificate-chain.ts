import { randomBytes, webcrypto } from 'node:crypto';
// Makes the library loadable.
import './certificates.ts';

const x509 = await import('@peculiar/x509');

type Algorithm = (webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams) & { readonly hash: string };

export type Signer = {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
};

export type CertificateOptions = {
  /** Itself by default. */
  readonly issuer?: Signer;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** False for the certificate at the end of a chain. */
  readonly authority?: boolean;
  readonly pathLength?: number;
  /** Extensions in DER, by object identifier. */
  readonly extensions?: readonly {
    readonly type: string;
    readonly critical: boolean;
    readonly hex: string;
  }[];
  readonly algorithm?: Algorithm;
  /** What the issuer signs with. */
  readonly hash?: string;
};

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Issues a certificate that is valid from 2020 to 2040 unless said otherwise. */
export async function issueCertificate(name: string, options: CertificateOptions = {}): Promise<Signer> {
  const { authority = true, algorithm = ecdsa, extensions = [], issuer } = options;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const subject = `CN=${name}`;
  const signer = issuer ?? { subject, keys };
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive: the first bit is 0.
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    subject,
    issuer: signer.subject,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: { ...signer.keys.privateKey.algorithm, hash: options.hash ?? 'SHA-256' },
    notBefore: options.notBefore ?? new Date('2020-01-01T00:00:00Z'),
    notAfter: options.notAfter ?? new Date('2040-01-01T00:00:00Z'),
    extensions: [
      new x509.BasicConstraintsExtension(authority, options.pathLength, true),
      ...extensions.map(
        ({ type, critical, hex }) => new x509.Extension(type, critical, Buffer.from(hex, 'hex')),
      ),
    ],
  });
  return { subject, keys, pem: certificate.toString('pem') };
}
