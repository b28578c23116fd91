import { randomBytes, webcrypto } from 'node:crypto';
import type { JsonGeneralNames } from '@peculiar/x509';

// @peculiar/x509 brings a dependency injector that refuses to load without these two; nothing here gives it metadata to read.
if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
}
const x509 = await import('@peculiar/x509');

/** A certificate (chain) and its private key, both PEM. */
export type KeyPair = { readonly cert: string; readonly key: string };

export type Validity = { readonly notBefore?: Date; readonly notAfter?: Date };

export type ServerCertificateOptions = Validity & {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
};

/** A throw-away certificate authority (ECDSA P-256). `cert` and `key` are its own, as PEM. */
export type CertificateAuthority = KeyPair & {
  /** Without names it is good for `localhost`, 127.0.0.1 and ::1. */
  issueServer(options?: ServerCertificateOptions): Promise<KeyPair>;
  issueClient(commonName: string, validity?: Validity): Promise<KeyPair>;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 24 * 60 * 60 * 1000;

export async function createCertificateAuthority(commonName = 'test-ca'): Promise<CertificateAuthority> {
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = `CN=${commonName}`;
  const caCert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: issuer,
    keys: caKeys,
    signingAlgorithm: algorithm,
    ...datesOf({}),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });

  async function issue(subject: string, validity: Validity, extensions: Extension[]): Promise<KeyPair> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const cert = await x509.X509CertificateGenerator.create({
      serialNumber: newSerialNumber(),
      subject,
      issuer,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: algorithm,
      ...datesOf(validity),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
        ...extensions,
      ],
    });
    return { cert: `${cert.toString('pem')}\n`, key: await exportKey(keys.privateKey) };
  }

  return {
    cert: `${caCert.toString('pem')}\n`,
    key: await exportKey(caKeys.privateKey),
    issueServer: ({ dns, ip, ...validity } = {}) => {
      const names =
        dns === undefined && ip === undefined
          ? { dns: ['localhost'], ip: ['127.0.0.1', '::1'] }
          : { dns, ip };
      return issue('CN=test-server', validity, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(toGeneralNames(names)),
      ]);
    },
    issueClient: (name, validity = {}) =>
      issue(`CN=${name}`, validity, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]),
  };
}

type Extension = InstanceType<typeof x509.Extension>;

function toGeneralNames(names: {
  dns?: readonly string[] | undefined;
  ip?: readonly string[] | undefined;
}): JsonGeneralNames {
  return [
    ...(names.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(names.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
}

function datesOf({ notBefore, notAfter }: Validity): Required<Validity> {
  const now = Date.now();
  return {
    notBefore: notBefore ?? new Date(Math.min(now, notAfter?.getTime() ?? now) - dayMs),
    notAfter: notAfter ?? new Date(now + 365 * dayMs),
  };
}

/** Positive, as RFC 5280 wants it: the first bit is 0. */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}
