import type { VerifierOptions } from '@sigstore/verify';
import { z } from 'zod';
import { parseJson } from '../text/index.ts';
import type { VerificationKey } from './keys.ts';

/** Whose signatures count: those of authorities and logs, those made with a key, or both. */
export type Trust = {
  /** The content of a `trusted_root.json`. */
  readonly root?: string | undefined;
  readonly key?: VerificationKey | undefined;
};

/** Who signed without a key of their own, as a certificate says it. */
export type Signer = {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  /** The text of an extension of the certificate. */
  readonly extension: (oid: string) => string | undefined;
};

/** A signature that is not one of the signer over what it comes with. Anything else that is wrong is about the signer. */
export class SignatureMismatch extends Error {
  override readonly name = 'SignatureMismatch';
}

/**
 * Verifies a bundle in JSON, of a text that is not in it where there is one. Throws a SignatureMismatch or another Error, which say in
 * one line what is wrong.
 */
export type VerifyBundle = (bundle: object, artifact?: Uint8Array) => Signer;

const some = z.array(z.unknown()).min(1);
const rootSchema = z.object({ certificateAuthorities: some, tlogs: some, ctlogs: some });

/**
 * Rejects with an Error of one line for a root that cannot be read. The libraries are loaded here, because most runs verify nothing.
 */
export async function openTrust({ root, key }: Trust): Promise<VerifyBundle> {
  const document = root === undefined ? {} : parseJson(root);
  if (root !== undefined && !rootSchema.safeParse(document).success)
    throw new Error('it is no trusted root of Sigstore: it needs certificateAuthorities, tlogs and ctlogs');
  const [{ toSignedEntity, toTrustMaterial, Verifier }, { bundleFromJSON }, { TrustedRoot }] =
    await Promise.all([
      import('@sigstore/verify'),
      import('@sigstore/bundle'),
      import('@sigstore/protobuf-specs'),
    ]);
  const findKey = key && (() => ({ publicKey: key.key, validFor: () => true }));
  let verifier: InstanceType<typeof Verifier>;
  try {
    verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(document), findKey), key && ownKey);
  } catch (cause) {
    throw new Error('it is no trusted root of Sigstore: a key or certificate in it cannot be read', {
      cause,
    });
  }
  return (bundle, artifact) => {
    const entity = toSignedEntity(bundleFromJSON(bundle), artifact && Buffer.from(artifact));
    const { identity } = orMismatch(() => verifier.verify(entity));
    return {
      issuer: identity?.extensions?.issuer,
      subject: identity?.subjectAlternativeName,
      extension: (oid) =>
        identity?.oids?.find((one) => one.oid?.id.join('.') === oid)?.value.toString('utf8'),
    };
  };
}

/** Of the library's codes, those of a text or a signature that were exchanged. */
const mismatches: readonly unknown[] = ['SIGNATURE_ERROR', 'TLOG_BODY_ERROR'];

function orMismatch<T>(verify: () => T): T {
  try {
    return verify();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && mismatches.includes(cause.code))
      throw new SignatureMismatch(cause.message, { cause });
    throw cause;
  }
}

/** Who has the key needs no log to know who signed. */
const ownKey: VerifierOptions = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
