import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { AuditError, errorCodes } from '../domain/index.ts';

/** The content of a PEM file, and the path by which a message names it. */
export type PemFile = { readonly path: string; readonly pem: Buffer };

export type TlsOptions = {
  /** Trusted in addition to the authorities of the system. */
  readonly extraCa?: PemFile | undefined;
  readonly client?: { readonly certificate: PemFile; readonly key: PemFile } | undefined;
  /** False accepts any certificate of the server. */
  readonly verify: boolean;
};

/** How TLS is spoken with a server. */
export type TlsTerms = {
  /** Built once and shared: building one per connection costs more than the handshake. */
  readonly secureContext: SecureContext;
  /** False accepts any certificate of the server. */
  readonly verify: boolean;
  /** The name that the certificate is for, where that is not the host of the URL. */
  readonly serverName?: string | undefined;
};

export type TlsSettings = TlsTerms & { readonly clientCertificateExpiresAt: Date | undefined };

/** The certificate authorities that this machine trusts, in PEM. */
export function systemAuthorities(): readonly string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

/** What is trusted and shown, in PEM; without an authority those of the system are. Throws where OpenSSL cannot read it. */
export function createContext(
  options: Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'ecdhCurve'>,
): SecureContext {
  return createSecureContext({
    ...options,
    ca: options.ca ?? [...systemAuthorities()],
    minVersion: 'TLSv1.2',
  });
}

/** Throws an AuditError (`fileUnreadable`) that names the file when a certificate or key cannot be used. */
export function createTlsSettings({ extraCa, client, verify }: TlsOptions): TlsSettings {
  const extra = extraCa === undefined ? [] : parseAuthorities(extraCa);
  const certificate = client === undefined ? undefined : parseClientPair(client.certificate, client.key);
  return {
    secureContext: createContext({
      ca: [...systemAuthorities(), ...extra],
      // Node offers a post-quantum hybrid first, which costs a tenth of a handshake and which policy servers do not know.
      ecdhCurve: 'X25519:P-256:P-384',
      ...(client === undefined ? {} : { cert: client.certificate.pem, key: client.key.pem }),
    }),
    verify,
    clientCertificateExpiresAt: certificate?.validToDate,
  };
}

function parseAuthorities({ path, pem }: PemFile): readonly string[] {
  const blocks = pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (blocks === null) throw unusable(`the CA file ${path} holds no PEM certificate`);
  for (const [index, block] of blocks.entries()) {
    tryTo(() => new X509Certificate(block), `certificate ${index + 1} of the CA file ${path} is not valid`);
  }
  return blocks;
}

function parseClientPair(certificateFile: PemFile, keyFile: PemFile): X509Certificate {
  const certificate = tryTo(
    () => new X509Certificate(certificateFile.pem),
    `the client certificate ${certificateFile.path} is not a valid PEM certificate`,
  );
  const key = tryTo(
    (): KeyObject => createPrivateKey(keyFile.pem),
    `the client key ${keyFile.path} is not a valid PEM private key without a passphrase`,
  );
  if (certificate.checkPrivateKey(key)) return certificate;
  throw unusable(`the client key ${keyFile.path} does not belong to the certificate ${certificateFile.path}`);
}

function tryTo<T>(parse: () => T, message: string): T {
  try {
    return parse();
  } catch (cause) {
    throw unusable(message, cause);
  }
}

function unusable(message: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.fileUnreadable, message, { cause });
}
