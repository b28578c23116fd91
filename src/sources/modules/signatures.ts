import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { DownloadError } from './download.ts';
import { parseJson } from './json.ts';
import { digestOf, type Repository } from './registry.ts';
import type { SignatureRequirement, VerificationConfig } from './verification-config.ts';

/** Where the signatures of an image lie: beside it. */
export type SignatureSource = { readonly repository: Repository; readonly signal: AbortSignal };

/** A text that somebody signed, and what it says of the image; whose signature it is, is not known yet. */
type SignedPayload = {
  readonly bytes: Uint8Array;
  readonly signature: Buffer;
  readonly annotations: Readonly<Record<string, unknown>>;
};

const maxSignatures = 100;
const layerType = 'application/vnd.dev.cosign.simplesigning.v1+json';
const signatureAnnotation = 'dev.cosignproject.cosign/signature';

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
  const missing = allOf.filter((requirement) => !isSatisfied(requirement, payloads));
  if (missing.length > 0) throw new DownloadError(`it is not signed as asked for: ${describeAll(missing)}`);
  const unmatched = anyOf.signatures.filter((requirement) => !isSatisfied(requirement, payloads));
  const matches = anyOf.signatures.length - unmatched.length;
  if (matches < anyOf.minimumMatches)
    throw new DownloadError(
      `it has ${matches} of the ${anyOf.minimumMatches} signatures asked for: ${describeAll(unmatched)}`,
    );
}

async function readPayloads(
  digest: string,
  { repository, signal }: SignatureSource,
): Promise<SignedPayload[]> {
  const manifest = await repository.findManifest(`${digest.replace(':', '-')}.sig`, signal);
  if (manifest === undefined) throw new DownloadError('it has no signatures');
  const { layers } = manifestSchema.safeParse(parseJson(manifest.bytes)).data ?? { layers: [] };
  const signed = layers.filter(({ mediaType }) => mediaType === layerType).slice(0, maxSignatures);
  const payloads = await Promise.all(
    signed.map(async (layer) => {
      const signature = Buffer.from(layer.annotations[signatureAnnotation] ?? '', 'base64');
      return toPayload(await repository.readBlob(layer.digest, signal), signature, digest);
    }),
  );
  return payloads.filter((payload) => payload !== undefined);
}

/** Undefined for a text about another image. */
function toPayload(bytes: Uint8Array, signature: Buffer, digest: string): SignedPayload | undefined {
  const { critical, optional } = payloadSchema.safeParse(parseJson(bytes)).data ?? {};
  if (critical?.image['docker-manifest-digest'] !== digest) return undefined;
  return { bytes, signature, annotations: optional ?? {} };
}

function isSatisfied(requirement: SignatureRequirement, payloads: readonly SignedPayload[]): boolean {
  if (requirement.kind !== 'pubKey') return false;
  const key = createPublicKey(requirement.key);
  const wanted = Object.entries(requirement.annotations ?? {});
  return payloads.some(
    ({ bytes, signature, annotations }) =>
      isSignedBy(key, bytes, signature) &&
      wanted.every(([name, value]) => Object.hasOwn(annotations, name) && annotations[name] === value),
  );
}

/** The hash is that which cosign uses with such a key. */
function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Buffer): boolean {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const hash = curve === undefined ? 'sha256' : hashes.get(curve);
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : hash, bytes, key, signature);
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
  const whose =
    requirement.kind === 'githubAction'
      ? `of GitHub Actions of ${requirement.owner}${requirement.repo ? `/${requirement.repo}` : ''}`
      : `of ${Object.values(requirement.subject).join('')} at ${requirement.issuer}`;
  return `${whose}${details} (a keyless one, which is not supported)`;
}
