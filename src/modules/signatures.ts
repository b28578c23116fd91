import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { parseJson, toOneLine } from '../text/index.ts';
import { DownloadError } from './download.ts';
import {
  type CosignSignature,
  isKeyless,
  type KeylessIdentity,
  signatureAnnotation,
  type VerifyKeyless,
} from './keyless.ts';
import { digestOf, type Repository } from './registry.ts';
import type { SignatureRequirement, VerificationConfig } from './verification-config.ts';

/** Where the signatures of an image lie: beside it. */
export type SignatureSource = {
  readonly repository: Repository;
  /** Undefined without a trust root for keyless signatures. */
  readonly verifyKeyless?: VerifyKeyless | undefined;
  readonly signal: AbortSignal;
};

/** A signed text, and what it says about the image; the signer is not known yet. */
type SignedPayload = {
  readonly signed: CosignSignature;
  readonly annotations: Readonly<Record<string, unknown>>;
  /** The keyless identity, or why it is not known; undefined for a signature with a key. */
  readonly keyless: KeylessIdentity | Error | undefined;
};

const maxSignatures = 100;
const layerType = 'application/vnd.dev.cosign.simplesigning.v1+json';

const manifestSchema = z.object({
  layers: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string(),
      annotations: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

const payloadSchema = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': z.string() }),
  }),
  optional: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * Resolves where the signatures that cosign left beside the image satisfy the config. Rejects with a DownloadError where they do not
 * or cannot be read, or when the signal aborts.
 *
 * @param digest of the image's manifest
 */
export async function requireSignatures(
  digest: string,
  { allOf, anyOf }: VerificationConfig,
  source: SignatureSource,
): Promise<void> {
  const payloads = await readPayloads(digest, source);
  const problems = describeProblems([...allOf, ...anyOf.signatures], payloads, source);
  const missing = allOf.filter((requirement) => !isSatisfied(requirement, payloads));
  if (missing.length > 0)
    throw new DownloadError(`it is not signed as required: ${describeAll(missing)}${problems}`, {
      lasting: true,
    });
  const unmatched = anyOf.signatures.filter((requirement) => !isSatisfied(requirement, payloads));
  const matches = anyOf.signatures.length - unmatched.length;
  if (matches < anyOf.minimumMatches)
    throw new DownloadError(
      `it has ${matches} of the ${anyOf.minimumMatches} required signatures: ${describeAll(unmatched)}${problems}`,
      { lasting: true },
    );
}

async function readPayloads(digest: string, source: SignatureSource): Promise<SignedPayload[]> {
  const { repository, signal } = source;
  const manifest = await repository.findManifest(`${digest.replace(':', '-')}.sig`, signal);
  if (manifest === undefined)
    throw new DownloadError(
      'it has no signatures where cosign 2 stores them, and bundles of later versions are not supported',
      { lasting: true },
    );
  const { layers } = manifestSchema.safeParse(parseJson(manifest.bytes)).data ?? { layers: [] };
  const ofCosign = layers.filter(({ mediaType }) => mediaType === layerType).slice(0, maxSignatures);
  const payloads = await Promise.all(
    ofCosign.map(async ({ annotations, ...layer }) => {
      const payload = await repository.readBlob(layer.digest, signal);
      return toPayload({ payload, annotations }, digest, source);
    }),
  );
  return payloads.filter((payload) => payload !== undefined);
}

/** Undefined for a text about another image. */
function toPayload(
  signed: CosignSignature,
  digest: string,
  { verifyKeyless }: SignatureSource,
): SignedPayload | undefined {
  const { critical, optional } = payloadSchema.safeParse(parseJson(signed.payload)).data ?? {};
  if (critical?.image['docker-manifest-digest'] !== digest) return undefined;
  const keyless = verifyKeyless && isKeyless(signed) ? identify(signed, verifyKeyless) : undefined;
  return { signed, annotations: optional ?? {}, keyless };
}

function identify(signed: CosignSignature, verifyKeyless: VerifyKeyless): KeylessIdentity | Error {
  try {
    return verifyKeyless(signed);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function isSatisfied(requirement: SignatureRequirement, payloads: readonly SignedPayload[]): boolean {
  const isBySigner = toSignerTest(requirement);
  const wanted = Object.entries(requirement.annotations ?? {});
  return payloads.some(
    (payload) =>
      isBySigner(payload) &&
      wanted.every(
        ([name, value]) => Object.hasOwn(payload.annotations, name) && payload.annotations[name] === value,
      ),
  );
}

const githubActions = 'https://token.actions.githubusercontent.com';

function toSignerTest(requirement: SignatureRequirement): (payload: SignedPayload) => boolean {
  if (requirement.kind === 'pubKey') {
    const key = createPublicKey(requirement.key);
    return ({ signed }) => isSignedBy(key, signed);
  }
  const isWanted = toIdentityTest(requirement);
  return ({ keyless }) => keyless !== undefined && !(keyless instanceof Error) && isWanted(keyless);
}

type KeylessRequirement = Exclude<SignatureRequirement, { kind: 'pubKey' }>;

function toIdentityTest(requirement: KeylessRequirement): (identity: KeylessIdentity) => boolean {
  if (requirement.kind === 'githubAction') {
    const { owner, repo } = requirement;
    return ({ issuer, subject, isUri, repository = '' }) => {
      const [actualOwner, actualRepo, ...rest] = repository.split('/');
      // The subject is the workflow, which may be one of another repository that this one has called.
      const isWorkflow = isUri && subject.startsWith('https://github.com/');
      return (
        issuer === githubActions &&
        isWorkflow &&
        rest.length === 0 &&
        actualOwner === owner &&
        (repo ? actualRepo === repo : Boolean(actualRepo))
      );
    };
  }
  const { subject: wanted } = requirement;
  const isSubject =
    'equal' in wanted
      ? ({ subject }: KeylessIdentity) => subject === wanted.equal
      : ({ subject, isUri }: KeylessIdentity) => isUri && subject.startsWith(toUrlPrefix(wanted.urlPrefix));
  return (identity) => identity.issuer === requirement.issuer && isSubject(identity);
}

/** Up to the end of a folder, so that `https://github.com/org` does not fit `https://github.com/organisation`. */
function toUrlPrefix(url: string): string {
  const parsed = new URL(url);
  if (!parsed.pathname.endsWith('/')) parsed.pathname += '/';
  return parsed.href;
}

/** The hash is that which cosign uses with such a key. */
function isSignedBy(key: KeyObject, { payload, annotations }: CosignSignature): boolean {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const hash = curve === undefined ? 'sha256' : hashes.get(curve);
  const signature = Buffer.from(annotations[signatureAnnotation] ?? '', 'base64');
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : hash, payload, key, signature);
  } catch {
    // A signature made with another kind of key.
    return false;
  }
}

const hashes = new Map([
  ['prime256v1', 'sha256'],
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
]);

function describeAll(requirements: readonly SignatureRequirement[]): string {
  return `no valid signature ${requirements.map(describe).join(', nor ')}`;
}

function describe(requirement: SignatureRequirement): string {
  const wanted = Object.entries(requirement.annotations ?? {}).map(([name, value]) => `${name}=${value}`);
  const details = wanted.length === 0 ? '' : ` with ${wanted.join(', ')}`;
  if (requirement.kind === 'pubKey') {
    const { owner, key } = requirement;
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    return `of ${owner ? `${owner}'s key` : 'the key'} ${digestOf(spki).slice(0, 19)}…${details}`;
  }
  if (requirement.kind === 'githubAction')
    return `of GitHub Actions of ${requirement.owner}${requirement.repo ? `/${requirement.repo}` : ''}${details}`;
  return `of ${Object.values(requirement.subject).join('')} at ${requirement.issuer}${details}`;
}

/** What was found in place of the keyless signatures that were asked for. */
function describeProblems(
  requirements: readonly SignatureRequirement[],
  payloads: readonly SignedPayload[],
  { verifyKeyless }: SignatureSource,
): string {
  if (requirements.every(({ kind }) => kind === 'pubKey')) return '';
  if (verifyKeyless === undefined) return '; keyless ones are only trusted with --sigstore-trust-root';
  const found = payloads.flatMap(({ keyless }) => keyless ?? []).map(describeFound);
  return found.length === 0 ? '' : `; it has ${[...new Set(found)].slice(0, 3).join(', and ')}`;
}

function describeFound(keyless: KeylessIdentity | Error): string {
  if (keyless instanceof Error) return `a keyless one that is not valid: ${toOneLine(keyless.message)}`;
  return `one of ${toOneLine(keyless.subject)} at ${toOneLine(keyless.issuer ?? 'no issuer')}`;
}
