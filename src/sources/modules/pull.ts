import { z } from 'zod';
import { DownloadError } from './download.ts';
import { type ImageReference, versionOf } from './image-reference.ts';
import { parseJson } from './json.ts';
import { digestOf, type Manifest, openRepository, type RegistryOptions } from './registry.ts';
import { requireSignatures } from './signatures.ts';
import type { VerificationConfig } from './verification-config.ts';

const wasmLayer = 'application/vnd.wasm.content.layer.v1+wasm';

const manifestSchema = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })).min(1),
});

export type PullOptions = RegistryOptions & {
  /** The signatures that a module must have to be pulled at all. */
  readonly verification: VerificationConfig | undefined;
  /** What the reference stood for once. If it still does, it is not downloaded again. */
  readonly before: Uint8Array | undefined;
};

/**
 * Pulls a policy from an OCI registry. The module is what its digest says, and so is the manifest where the reference has a digest;
 * with a verification config it is of the manifest whose signatures were verified. Rejects with a DownloadError, or when the signal
 * aborts.
 */
export async function pullModule(
  reference: ImageReference,
  { verification, before, ...options }: PullOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const repository = openRepository(reference, options);
  const manifest = await repository.readManifest(versionOf(reference), signal);
  if (verification !== undefined)
    await requireSignatures(manifest.digest, verification, { repository, signal });
  const layers = layersOf(manifest);
  const [layer] = layers;
  if (verification !== undefined && layers.length > 1)
    throw new DownloadError(
      'it has several layers, so that nothing says which of them was signed as the policy',
    );
  return before !== undefined && digestOf(before) === layer ? before : repository.readBlob(layer, signal);
}

function layersOf({ bytes }: Manifest): readonly [string, ...string[]] {
  const layers = manifestSchema.safeParse(parseJson(bytes)).data?.layers ?? [];
  const [first, ...others] = layers.map(({ digest }) => digest);
  if (first === undefined || layers.some(({ mediaType }) => mediaType !== wasmLayer))
    throw new DownloadError('what the registry has under this name is no WebAssembly policy');
  return [first, ...others];
}
