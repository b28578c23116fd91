import { z } from 'zod';
import { parseJson } from '../text/index.ts';
import { DownloadError } from './download.ts';
import { type ImageReference, parseReference, versionOf } from './image-reference.ts';
import { type Manifest, openRepository, type RegistryOptions, type Repository } from './registry.ts';
import { requireSignatures } from './signatures.ts';
import { parseVerificationConfig } from './verification-config.ts';

export type PublicKeyVerification = {
  readonly image: string;
  /** In PEM; all of them must have signed. */
  readonly pub_keys: readonly string[];
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
};

/** What can be asked about images in registries. Images come with their complete names. Everything rejects with an Error of one line. */
export type Images = {
  readonly manifest: (image: string, signal: AbortSignal) => Promise<Manifest>;
  /** Only of a manifest: an index has no configuration. */
  readonly manifestAndConfig: (
    image: string,
    signal: AbortSignal,
  ) => Promise<{ readonly manifest: Uint8Array; readonly digest: string; readonly config: Uint8Array }>;
  /** The digest of an image that was signed with these keys. */
  readonly verify: (
    request: PublicKeyVerification,
    signal: AbortSignal,
  ) => Promise<{ readonly digest: string }>;
};

const configSchema = z.object({ config: z.object({ digest: z.string() }) });

/** Asks the registries that the images name. */
export function createImages(options: RegistryOptions): Images {
  async function ask<T>(
    image: string,
    question: (repository: Repository, reference: ImageReference) => Promise<T>,
  ): Promise<T> {
    const reference = parseReference(image);
    if (reference === undefined) throw new Error(`${image} is not a valid image name`);
    try {
      return await question(openRepository(reference, options), reference);
    } catch (thrown) {
      if (!(thrown instanceof DownloadError)) throw thrown;
      throw new Error(`${image}: ${thrown.message}`, { cause: thrown });
    }
  }
  return {
    manifest: (image, signal) =>
      ask(image, (repository, reference) => repository.readManifest(versionOf(reference), signal)),
    manifestAndConfig: (image, signal) =>
      ask(image, async (repository, reference) => {
        const { bytes, digest } = await repository.readManifest(versionOf(reference), signal);
        const { config } = configSchema.safeParse(parseJson(bytes)).data ?? {};
        if (config === undefined) throw new DownloadError('its manifest names no configuration');
        return { manifest: bytes, digest, config: await repository.readBlob(config.digest, signal) };
      }),
    verify: ({ image, pub_keys, annotations }, signal) =>
      ask(image, async (repository, reference) => {
        const allOf = pub_keys.map((key) => ({ kind: 'pubKey', key, annotations }));
        const config = parseVerificationConfig({ apiVersion: 'v1', allOf });
        const { digest } = await repository.readManifest(versionOf(reference), signal);
        await requireSignatures(digest, config, { repository, signal });
        return { digest };
      }),
  };
}
