import type { ImageRegistry, ImageVerification } from '../engine/index.ts';
import type { Images } from '../modules/index.ts';

/** What policies may ask about images, answered by the registries themselves. */
export function toImageRegistry({ manifest, manifestAndConfig, verify }: Images): ImageRegistry {
  return {
    manifestDigest: async (image, signal) => (await manifest(image, signal)).digest,
    manifest: async (image, signal) => (await manifest(image, signal)).bytes,
    manifestAndConfig,
    verify: async (request, signal) => {
      if (request.type !== 'SigstorePubKeyVerify') throw notSupported(request);
      if (request.pub_keys.length === 0) throw new Error('Must provide at least one pub key');
      return verify(request, signal);
    },
  };
}

function notSupported({ image, type }: ImageVerification): Error {
  return new Error(
    `${image} cannot be verified here: ${type} is not supported, only signatures made with a key pair are`,
  );
}
