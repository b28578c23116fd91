import type { TrustedRoot } from '@sigstore/protobuf-specs';
import type { SignedEntity, VerifierOptions } from '@sigstore/verify';
import { z } from 'zod';
import { parseJson } from '../text/index.ts';
import type { VerificationKey } from './keys.ts';

/** Whose signatures count: those of authorities and logs, those made with a key, or both. */
export type Trust = {
  /** The content of a `trusted_root.json`. */
  readonly root?: string | undefined;
  readonly key?: VerificationKey | undefined;
  /** Whether a root may name no logs, or none of certificates; a timestamp then has to say when something was signed. */
  readonly logsAreOptional?: boolean;
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

const any = z.array(z.unknown()).default([]);
const some = z.array(z.unknown()).min(1);
const rootSchema = z.object({ certificateAuthorities: some, tlogs: some, ctlogs: some });
const looseRootSchema = z
  .object({ certificateAuthorities: some, tlogs: any, ctlogs: any, timestampAuthorities: any })
  .refine(({ tlogs, timestampAuthorities }) => tlogs.length > 0 || timestampAuthorities.length > 0);

/**
 * Rejects with an Error of one line for a root that cannot be read. The libraries are loaded here, because most runs verify nothing.
 */
export async function openTrust({ root, key, logsAreOptional = false }: Trust): Promise<VerifyBundle> {
  const document = root === undefined ? {} : parseJson(root);
  const named = root === undefined ? {} : readThresholds(document, logsAreOptional);
  const [{ toSignedEntity, toTrustMaterial, Verifier }, { bundleFromJSON }, { TrustedRoot: roots }] =
    await Promise.all([
      import('@sigstore/verify'),
      import('@sigstore/bundle'),
      import('@sigstore/protobuf-specs'),
    ]);
  const findKey = key && (() => ({ publicKey: key.key, validFor: () => true }));
  let verifier: InstanceType<typeof Verifier>;
  let trusted: TrustedRoot;
  try {
    trusted = roots.fromJSON(document);
    verifier = new Verifier(toTrustMaterial(trusted, findKey), key ? ownKey : named);
  } catch (cause) {
    throw new Error('it is no trusted root of Sigstore: a key or certificate in it cannot be read', {
      cause,
    });
  }
  return (bundle, artifact) => {
    const entity = toSignedEntity(bundleFromJSON(bundle), artifact && Buffer.from(artifact));
    requireKnownLogs(entity, trusted);
    const { identity } = orMismatch(() => verifier.verify(entity));
    return {
      issuer: identity?.extensions?.issuer,
      subject: identity?.subjectAlternativeName,
      extension: (oid) =>
        identity?.oids?.find((one) => one.oid?.id.join('.') === oid)?.value.toString('utf8'),
    };
  };
}

/** What the root names has to have seen it. Throws an Error of one line. */
function readThresholds(document: unknown, logsAreOptional: boolean): VerifierOptions {
  const { data } = (logsAreOptional ? looseRootSchema : rootSchema).safeParse(document);
  const needed = logsAreOptional ? 'and tlogs or timestampAuthorities' : 'tlogs and ctlogs';
  if (data === undefined)
    throw new Error(`it is no trusted root of Sigstore: it needs certificateAuthorities, ${needed}`);
  return {
    tlogThreshold: Math.min(1, data.tlogs.length),
    ctlogThreshold: Math.min(1, data.ctlogs.length),
  };
}

/** Of an entry that only a checkpoint vouches for, the library looks at no more than four bytes of the log's name. */
function requireKnownLogs({ tlogEntries }: SignedEntity, { tlogs }: TrustedRoot): void {
  const known = tlogs.flatMap(({ logId, checkpointKeyId }) => [logId, checkpointKeyId]);
  const isKnown = (keyId: Buffer): boolean => known.some((log) => log?.keyId.equals(keyId));
  if (!tlogEntries.every(({ logId }) => isKnown(logId.keyId)))
    throw new Error('its log is not one of the trust root');
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
