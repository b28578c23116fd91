import { AuditError, errorCodes } from '../../domain/index.ts';
import { readKeyFile } from '../../host/index.ts';
import {
  type Attestation,
  openTrust,
  readVerificationKey,
  SignatureMismatch,
  type Signer,
  type VerificationKey,
} from '../../signatures/index.ts';
import type { WantedSigner } from './options.ts';

/** Who signed, once that has been verified. */
export type KnownSigner =
  | { readonly kind: 'key'; readonly path: string; readonly hint: string }
  | { readonly kind: 'identity'; readonly subject: string; readonly issuer: string };

/** Verifies the signature of evidence. Throws an AuditError that says what does not hold. */
export type VerifySigner = (path: string, attestation: Attestation) => KnownSigner;

/** Rejects with an AuditError for a key or a trust root that cannot be used. */
export async function openVerifier({
  key: keyPath,
  trustRoot,
  identity,
}: WantedSigner): Promise<VerifySigner> {
  const key = keyPath === undefined ? undefined : await readKeyFile(keyPath, readVerificationKey);
  const verify = await (trustRoot === undefined
    ? openTrust({ key })
    : readKeyFile(trustRoot, (root) => openTrust({ root, key, logsAreOptional: true })));
  return (path, attestation) => {
    if (key !== undefined) requireKey(path, attestation, { key, keyPath: keyPath ?? '' });
    else if (attestation.keyHint !== undefined)
      throw unknownSigner(`${path} was signed with a key, not by an identity`, [
        'Give its public key: --key',
      ]);
    const signer = orRefuse(path, () => verify(toVerified(attestation, trustRoot !== undefined)));
    return key === undefined
      ? requireIdentity(path, signer, identity)
      : { kind: 'key', path: keyPath ?? '', hint: key.hint };
  };
}

type GivenKey = { readonly key: VerificationKey; readonly keyPath: string };

function requireKey(path: string, { keyHint }: Attestation, { key, keyPath }: GivenKey): void {
  if (keyHint === undefined)
    throw unknownSigner(`${path} was signed by an identity, not with a key`, [
      'Say which one: --certificate-identity, --certificate-oidc-issuer and --sigstore-trust-root',
    ]);
  if (keyHint === key.hint || keyHint === '') return;
  throw unknownSigner(`${path} was signed with another key than that of ${keyPath}`, [
    `it names the key      ${keyHint.slice(0, 80)}`,
    `the key of the file is ${key.hint}`,
  ]);
}

/** Without a trust root nobody can say whose log it is, and who has the key does not need to know. */
function toVerified({ json }: Attestation, hasRoot: boolean): object {
  if (hasRoot) return json;
  const { publicKey, certificate } = json.verificationMaterial;
  return { ...json, verificationMaterial: publicKey ? { publicKey } : { certificate } };
}

function orRefuse(path: string, verify: () => Signer): Signer {
  try {
    return verify();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof SignatureMismatch) {
      throw new AuditError(
        errorCodes.evidenceChanged,
        `${path} was changed: its signature does not match its content`,
        { facts: ['Either the payload or the signature changed after signing.'], cause },
      );
    }
    throw unknownSigner(`${path} was not signed by anybody you trust: ${why}`, [], cause);
  }
}

function requireIdentity(path: string, signer: Signer, wanted: WantedSigner['identity']): KnownSigner {
  if (wanted === undefined) throw new TypeError('a key or an identity says whose signature is expected');
  const { subject = 'nobody', issuer = 'no issuer' } = signer;
  if (subject === wanted.subject && issuer === wanted.issuer) return { kind: 'identity', subject, issuer };
  throw unknownSigner(`${path} was signed by ${subject}, of ${issuer}`, [
    `expected: ${wanted.subject}, of ${wanted.issuer}`,
  ]);
}

function unknownSigner(message: string, facts: readonly string[], cause?: unknown): AuditError {
  return new AuditError(errorCodes.evidenceSignerUnknown, message, { facts, cause });
}
