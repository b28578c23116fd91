import type { HostRequest } from './requests.ts';

/** Which signatures an image must have. The fields are those that policies write; `image` is a complete name. */
export type ImageVerification = HostRequest<
  | 'SigstorePubKeyVerify'
  | 'SigstoreKeylessVerify'
  | 'SigstoreKeylessPrefixVerify'
  | 'SigstoreGithubActionsVerify'
  | 'SigstoreCertificateVerify'
>;

/**
 * What policies ask of OCI registries. Images come with their complete names, like `docker.io/library/busybox:latest` or
 * `ghcr.io/org/app@sha256:…`, as image-name.ts makes them. Everything rejects with an Error that says in one line what failed;
 * it is given to the policy. Answers are asked for once and kept, so nothing has to be cached here.
 */
export interface ImageRegistry {
  /** `sha256:…` of the manifest or index that the name stands for. */
  manifestDigest(image: string, signal: AbortSignal): Promise<string>;
  /** The manifest or index as the registry wrote it: JSON. */
  manifest(image: string, signal: AbortSignal): Promise<Uint8Array>;
  /** The manifest (never an index), its digest and the configuration that it names, as the registry wrote them: JSON. */
  manifestAndConfig(
    image: string,
    signal: AbortSignal,
  ): Promise<{ readonly manifest: Uint8Array; readonly digest: string; readonly config: Uint8Array }>;
  /**
   * The digest of an image whose signatures satisfy the request. Rejects where they do not, where that cannot be found out, and
   * for kinds of verification that are not supported: what is not known to be signed is never trusted.
   */
  verify(request: ImageVerification, signal: AbortSignal): Promise<{ readonly digest: string }>;
}

/** How the policy with this unique name asks registries; undefined where it may not. */
export type FindImageRegistry = (policy: string | undefined) => ImageRegistry | undefined;
