import { z } from 'zod';
import { parseJson } from '../text/index.ts';
import { DownloadError } from './download.ts';
import { type ImageReference, versionOf } from './image-reference.ts';
import { digestOf, type Manifest, type Repository } from './registry.ts';
import { requireSignatures, type SignatureSource } from './signatures.ts';
import type { VerificationConfig } from './verification-config.ts';

const wasmLayer = 'application/vnd.wasm.content.layer.v1+wasm';

const manifestSchema = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })).min(1),
});

export type PullOptions = Pick<SignatureSource, 'verifyKeyless'> & {
  /** The signatures that a module needs before it is pulled. */
  readonly verification: VerificationConfig | undefined;
  /** What the reference pointed to earlier. If it still does, nothing is downloaded. */
  readonly before: Uint8Array | undefined;
  readonly signal: AbortSignal;
};

/**
 * Pulls a policy from a repository of an OCI registry, or from a stored copy of one. The module matches its digest, and so does the manifest if the reference has a digest;
 * with a verification config it is of the manifest whose signatures were verified. Rejects with a DownloadError, or when the signal
 * aborts.
 */
export async function pullModule(
  reference: ImageReference,
  repository: Repository,
  { verification, verifyKeyless, before, signal }: PullOptions,
): Promise<Uint8Array> {
  const manifest = await repository.readManifest(versionOf(reference), signal);
  if (verification !== undefined)
    await requireSignatures(manifest.digest, verification, { repository, verifyKeyless, signal });
  const layers = layersOf(manifest);
  const [layer] = layers;
  if (verification !== undefined && layers.length > 1)
    throw new DownloadError('it has several layers, and nothing says which of them is the signed policy', {
      lasting: true,
    });
  return before !== undefined && digestOf(before) === layer ? before : repository.readBlob(layer, signal);
}

function layersOf({ bytes }: Manifest): readonly [string, ...string[]] {
  const layers = manifestSchema.safeParse(parseJson(bytes)).data?.layers ?? [];
  const [first, ...others] = layers.map(({ digest }) => digest);
  if (first === undefined || layers.some(({ mediaType }) => mediaType !== wasmLayer))
    throw new DownloadError('the artifact of this name in the registry is not a WebAssembly policy', {
      lasting: true,
    });
  return [first, ...others];
}
