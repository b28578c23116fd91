import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSigningKey, readVerificationKey } from '../../../src/signatures/index.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { keyKinds, newSigningKeys } from '../../support/signing-keys.ts';

const keys = newSigningKeys();
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = { format: 'pem', type: 'pkcs8' } as const;
const spki = { format: 'pem', type: 'spki' } as const;
const { cert: certificate } = await createCertificateAuthority();

describe('keys that sign', () => {
  it.each(keyKinds)('%s has the name that its public key has', (kind) => {
    const pair = newSigningKeys(kind);
    expect(readSigningKey(pair.private).hint).toBe(readVerificationKey(pair.public).hint);
  });

  it.each([
    ['', 'it is no private key in PEM'],
    ['hello', 'it is no private key in PEM'],
    [keys.public, 'it is no private key in PEM'],
    [keys.private.slice(0, 60), 'it cannot be read as a private key in PEM'],
    [p384.privateKey.export(pkcs8).toString(), 'ec on secp384r1'],
    [rsa.privateKey.export(pkcs8).toString(), 'of the kind rsa'],
    [
      p384.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'secret' }).toString(),
      'it is encrypted, and there is nobody',
    ],
    ['-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJ9', 'encrypted as cosign does it'],
    ['-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\neyJ9', 'encrypted as cosign does it'],
  ])('%# is refused', (pem, why) => {
    expect(() => readSigningKey(pem)).toThrow(why);
  });

  it('no message holds anything of the key', () => {
    const [, body = ''] = keys.private.split('\n');
    const read = (): unknown => readSigningKey(keys.private.replace(body, `!${body}`));
    expect(read).toThrow();
    expect(read).not.toThrow(body.slice(0, 12));
  });
});

describe('keys that signatures are checked with', () => {
  it.each([
    ['', 'it is no public key in PEM'],
    [keys.private, 'it is a private key'],
    [certificate, 'it is a certificate'],
    [p384.publicKey.export(spki).toString(), 'ec on secp384r1'],
    [rsa.publicKey.export(spki).toString(), 'of the kind rsa'],
  ])('%# is refused', (pem, why) => {
    expect(() => readVerificationKey(pem)).toThrow(why);
  });
});
