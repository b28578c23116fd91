import { beforeAll, describe, expect, it } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import { createTlsSettings, type TlsOptions } from '../../../src/net/tls.ts';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type KeyPair,
} from '../../support/certificates.ts';

function file(path: string, pem: string) {
  return { path, pem: Buffer.from(pem) };
}

function failureOf(options: Omit<TlsOptions, 'verify'>): { code: string; message: string } | undefined {
  try {
    createTlsSettings({ ...options, verify: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { code: error.code, message: error.message };
  }
}

describe('createTlsSettings', () => {
  let ca: CertificateAuthority;
  let client: KeyPair;
  let stranger: KeyPair;
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

  beforeAll(async () => {
    ca = await createCertificateAuthority();
    client = await ca.issueClient('scanner', { notAfter: new Date('2099-01-02T03:04:05Z') });
    stranger = await ca.issueClient('stranger');
  });

  it('takes a bundle of authorities and a client pair, and says when the pair expires', () => {
    const settings = createTlsSettings({
      extraCa: file('ca.crt', `# a comment\n${ca.cert}${ca.cert}`),
      client: { certificate: file('tls.crt', client.cert), key: file('tls.key', client.key) },
      verify: true,
    });
    expect(settings.verify).toBe(true);
    expect(settings.clientCertificateExpiresAt).toEqual(new Date('2099-01-02T03:04:05Z'));
  });

  it('needs neither', () => {
    const settings = createTlsSettings({ verify: false });
    expect(settings).toMatchObject({ verify: false, clientCertificateExpiresAt: undefined });
  });

  it('names the file of authorities that has none', () => {
    expect(failureOf({ extraCa: file('/pki/ca.crt', ca.key) })).toEqual({
      code: 'AS-2006',
      message: 'the CA file /pki/ca.crt holds no PEM certificate',
    });
  });

  it('says which certificate of a bundle is broken', () => {
    expect(failureOf({ extraCa: file('/pki/ca.crt', ca.cert + broken) })).toEqual({
      code: 'AS-2006',
      message: 'certificate 2 of the CA file /pki/ca.crt is not valid',
    });
  });

  it('says whether certificate or key is broken, or that they do not belong together', () => {
    const certificate = file('tls.crt', client.cert);
    expect(
      failureOf({ client: { certificate: file('tls.crt', broken), key: file('tls.key', client.key) } }),
    ).toEqual({ code: 'AS-2006', message: 'the client certificate tls.crt is not a valid PEM certificate' });
    expect(failureOf({ client: { certificate, key: file('tls.key', 'nonsense') } })).toEqual({
      code: 'AS-2006',
      message: 'the client key tls.key is not a valid PEM private key without a passphrase',
    });
    expect(failureOf({ client: { certificate, key: file('tls.key', stranger.key) } })).toEqual({
      code: 'AS-2006',
      message: 'the client key tls.key does not belong to the certificate tls.crt',
    });
  });
});
