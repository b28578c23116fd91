import type { Answers } from './answers.ts';
import { completeImageName } from './image-name.ts';
import type { FindImageRegistry, ImageRegistry, ImageVerification } from './image-registry.ts';
import { createKeptAnswers, type KeepAnswer } from './kept-answers.ts';

type OciAnswers = Pick<
  Answers,
  'OciManifestDigest' | 'OciManifest' | 'OciManifestAndConfig' | ImageVerification['type']
>;

type Asking<Request> = (image: string, registry: ImageRegistry, request: Request) => Promise<Uint8Array>;

const maxKeptBytes = 32 * 2 ** 20;

/** Asks the registry of a policy, unless its answer is kept. */
function createAnswerer(findRegistry: FindImageRegistry) {
  const kept = new Map<ImageRegistry, KeepAnswer>();
  return async <Request extends { readonly type: string; readonly image: string }>(
    request: Request,
    policy: string | undefined,
    ask: Asking<Request>,
  ): Promise<Uint8Array> => {
    const registry = findRegistry(policy);
    if (registry === undefined) throw new Error(`the registry of ${request.image} is not available offline`);
    const keep = kept.get(registry) ?? createKeptAnswers(maxKeptBytes);
    kept.set(registry, keep);
    const image = completeImageName(request.image);
    const complete = { ...request, image };
    return keep(JSON.stringify(complete), () => ask(image, registry, complete));
  };
}

/** What policies ask about images. Where a policy has no registry to ask, every answer is an error. */
export function createOciAnswers(findRegistry: FindImageRegistry): OciAnswers {
  const answer = createAnswerer(findRegistry);
  const verify = (
    request: ImageVerification,
    signal: AbortSignal,
    policy: string | undefined,
  ): Promise<Uint8Array> =>
    answer(request, policy, async (_image, registry, complete) => {
      const { digest } = await registry.verify(complete, signal);
      return toJson({ is_trusted: true, digest });
    });
  return {
    OciManifestDigest: (request, signal, policy) =>
      answer(request, policy, async (image, registry) =>
        toJson({ digest: await registry.manifestDigest(image, signal) }),
      ),
    OciManifest: (request, signal, policy) =>
      answer(request, policy, (image, registry) => registry.manifest(image, signal)),
    OciManifestAndConfig: (request, signal, policy) =>
      answer(request, policy, async (image, registry) => {
        const { manifest, digest, config } = await registry.manifestAndConfig(image, signal);
        return Buffer.concat([
          Buffer.from('{"manifest":'),
          manifest,
          Buffer.from(`,"digest":${JSON.stringify(digest)},"config":`),
          config,
          Buffer.from('}'),
        ]);
      }),
    SigstorePubKeyVerify: verify,
    SigstoreKeylessVerify: verify,
    SigstoreKeylessPrefixVerify: verify,
    SigstoreGithubActionsVerify: verify,
    SigstoreCertificateVerify: verify,
  };
}

function toJson(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
