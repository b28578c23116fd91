import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** A key that signs, with the name under which a bundle refers to it. */
export type SigningKey = {
  readonly hint: string;
  /** The signature over these bytes. */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
};

/** A key that signatures are checked with. */
export type VerificationKey = { readonly hint: string; readonly key: KeyObject };

const wanted = 'an ECDSA key on P-256 or an Ed25519 key is needed';

/**
 * Reads a private key in PEM. Throws an Error that says in one line why it cannot be used; never with anything of the key in it.
 */
export function readSigningKey(pem: string): SigningKey {
  const encrypted = /-----BEGIN ENCRYPTED (?:SIGSTORE |COSIGN )?PRIVATE KEY-----/.exec(pem)?.[0];
  if (encrypted !== undefined) {
    const whose = /SIGSTORE|COSIGN/.test(encrypted)
      ? 'it is encrypted as cosign does it, which is not read here'
      : 'it is encrypted, and there is nobody to type its password';
    throw new Error(`${whose}: give a key without a password, from a place that only the scan can read`);
  }
  if (!pem.includes('PRIVATE KEY-----')) throw new Error('it is no private key in PEM');
  const key = orThrow(() => createPrivateKey(pem), 'it cannot be read as a private key in PEM');
  requireKind(key);
  return { hint: hintOf(createPublicKey(key)), sign: (bytes) => sign(digestFor(key), bytes, key) };
}

/** Reads a public key in PEM. Throws an Error that says in one line why it cannot be used. */
export function readVerificationKey(pem: string): VerificationKey {
  if (pem.includes('PRIVATE KEY-----'))
    throw new Error(
      'it is a private key: checking needs the public key, and only the scan should have the private one',
    );
  if (pem.includes('CERTIFICATE-----'))
    throw new Error('it is a certificate, which may have ended or be of anybody: give the public key alone');
  const key = orThrow(() => createPublicKey(pem), 'it is no public key in PEM');
  requireKind(key);
  return { hint: hintOf(key), key };
}

function orThrow(read: () => KeyObject, why: string): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new Error(why, { cause });
  }
}

function requireKind({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (asymmetricKeyType === 'ed25519') return;
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return;
  const curve = asymmetricKeyDetails?.namedCurve;
  const kind = curve === undefined ? String(asymmetricKeyType) : `${String(asymmetricKeyType)} on ${curve}`;
  throw new Error(`it is a key of the kind ${kind}, and ${wanted}`);
}

/** Ed25519 has its own. */
function digestFor({ asymmetricKeyType }: KeyObject): string | undefined {
  return asymmetricKeyType === 'ec' ? 'sha256' : undefined;
}

/** As Sigstore's own clients name a key: the digest of its DER form. */
function hintOf(key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('base64');
}
