import type { Answers } from './answers.ts';
import { completeImageName } from './image-name.ts';
import type { ImageRegistry, ImageVerification } from './image-registry.ts';
import { createKeptAnswers } from './kept-answers.ts';

type OciAnswers = Pick<
  Answers,
  'OciManifestDigest' | 'OciManifest' | 'OciManifestAndConfig' | ImageVerification['type']
>;

type Ask<Request> = (image: string, registry: ImageRegistry, request: Request) => Promise<Uint8Array>;

const maxKeptBytes = 32 * 2 ** 20;

/** What policies ask about images. Without a registry every answer is an error. */
export function createOciAnswers(registry: ImageRegistry | undefined): OciAnswers {
  const keep = createKeptAnswers(maxKeptBytes);

  async function answer<Request extends { readonly type: string; readonly image: string }>(
    request: Request,
    ask: Ask<Request>,
  ): Promise<Uint8Array> {
    if (registry === undefined) throw new Error(`the registry of ${request.image} is not available offline`);
    const image = completeImageName(request.image);
    const complete = { ...request, image };
    return keep(JSON.stringify(complete), () => ask(image, registry, complete));
  }
  const verify = (request: ImageVerification, signal: AbortSignal): Promise<Uint8Array> =>
    answer(request, async (_image, asked, complete) => {
      const { digest } = await asked.verify(complete, signal);
      return toJson({ is_trusted: true, digest });
    });
  return {
    OciManifestDigest: (request, signal) =>
      answer(request, async (image, asked) => toJson({ digest: await asked.manifestDigest(image, signal) })),
    OciManifest: (request, signal) => answer(request, (image, asked) => asked.manifest(image, signal)),
    OciManifestAndConfig: (request, signal) =>
      answer(request, async (image, asked) => {
        const { manifest, digest, config } = await asked.manifestAndConfig(image, signal);
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
