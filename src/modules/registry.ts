import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HttpAnswer } from '../net/index.ts';
import { parseJson } from '../text/index.ts';
import { DownloadError, type Downloader } from './download.ts';
import type { ImageReference } from './image-reference.ts';
import type { FindCredentials } from './login.ts';

/** A manifest or an index as the registry wrote it. */
export type Manifest = { readonly bytes: Uint8Array; readonly digest: string };

/** One repository of an OCI registry. Everything rejects with a DownloadError, or when the signal aborts. */
export interface Repository {
  /** The manifest or index with this tag or digest; where it is a digest, it is that of the bytes. */
  readManifest(version: string, signal: AbortSignal): Promise<Manifest>;
  /** The same, but undefined where there is none. */
  findManifest(version: string, signal: AbortSignal): Promise<Manifest | undefined>;
  /** What the digest says, and nothing else. */
  readBlob(digest: string, signal: AbortSignal): Promise<Uint8Array>;
}

export type RegistryOptions = {
  readonly downloader: Downloader;
  readonly findCredentials: FindCredentials;
};

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

const challengePattern = /(\w+)=(?:"([^"]*)"|([^\s,"]+))/g;
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Logs in as the registry asks for it, with the credentials for its host, when it first does. */
export function openRepository(reference: ImageReference, options: RegistryOptions): Repository {
  return new RegistrySession(reference, options);
}

/** `sha256:…` of the bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

class RegistrySession implements Repository {
  readonly #reference: ImageReference;
  readonly #options: RegistryOptions;
  #authorization: string | undefined;
  /** Why a login that is configured could not be read. */
  #loginProblem: string | undefined;

  constructor(reference: ImageReference, options: RegistryOptions) {
    this.#reference = reference;
    this.#options = options;
  }

  async readManifest(version: string, signal: AbortSignal): Promise<Manifest> {
    const manifest = await this.findManifest(version, signal);
    if (manifest === undefined) throw this.#refused(404);
    return manifest;
  }

  async findManifest(version: string, signal: AbortSignal): Promise<Manifest | undefined> {
    const answer = await this.#get(`manifests/${version}`, manifestTypes.join(','), signal);
    if (answer.status === 404) return undefined;
    const bytes = this.#bodyOf(answer);
    const digest = digestOf(bytes);
    if (version.startsWith('sha256:')) requireDigest(digest, version);
    return { bytes, digest };
  }

  async readBlob(digest: string, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = this.#bodyOf(await this.#get(`blobs/${digest}`, '*/*', signal));
    requireDigest(digestOf(bytes), digest);
    return bytes;
  }

  /** GET below the repository. The first refusal says how to authenticate. */
  async #get(path: string, accept: string, signal: AbortSignal): Promise<HttpAnswer> {
    const { host, repository } = this.#reference;
    const ask = (): Promise<HttpAnswer> =>
      this.#options.downloader.get(`https://${host}/v2/${repository}/${path}`, {
        headers: {
          accept,
          ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        },
        signal,
      });
    const answer = await ask();
    if (answer.status !== 401) return answer;
    const challenge = [answer.headers['www-authenticate'] ?? ''].flat().join(', ');
    this.#authorization = await this.#authenticate(challenge, signal);
    return ask();
  }

  #bodyOf({ status, body }: HttpAnswer): Uint8Array {
    if (status !== 200) throw this.#refused(status);
    return body;
  }

  async #authenticate(challenge: string, signal: AbortSignal): Promise<string | undefined> {
    const { downloader, findCredentials } = this.#options;
    const { basic, problem } = await findCredentials(this.#reference, signal);
    this.#loginProblem = problem;
    const authorization = basic === undefined ? undefined : `Basic ${basic}`;
    if (!/^bearer /i.test(challenge)) return authorization;
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await downloader.get(this.#tokenUrl(challenge), { headers, signal });
    const { token, access_token } = tokenSchema.safeParse(parseJson(this.#bodyOf(answer))).data ?? {};
    const given = token ?? access_token;
    if (given === undefined) throw new DownloadError('the registry issued no token');
    return `Bearer ${given}`;
  }

  #tokenUrl(challenge: string): string {
    const parameters = new Map(
      [...challenge.matchAll(challengePattern)].map(([, key, quoted, bare]) => [key, quoted ?? bare ?? '']),
    );
    const realm = URL.parse(parameters.get('realm') ?? '');
    if (realm === null || !/^https?:$/.test(realm.protocol))
      throw new DownloadError('the registry does not say how to log in');
    realm.searchParams.set('scope', `repository:${this.#reference.repository}:pull`);
    const service = parameters.get('service');
    if (service !== undefined) realm.searchParams.set('service', service);
    return realm.href;
  }

  #refused(status: number): DownloadError {
    const { host } = this.#reference;
    if (status === 401 || status === 403) {
      const reason = this.#loginProblem === undefined ? '' : `, and ${this.#loginProblem}`;
      return new DownloadError(`the registry denies access to it (HTTP ${status})${reason}`, {
        tries: [`docker login ${host}`],
        lasting: true,
      });
    }
    if (status === 404) return new DownloadError(`${host} does not have it (HTTP 404)`, { lasting: true });
    return new DownloadError(`the registry answers HTTP ${status}`);
  }
}

function requireDigest(actual: string, expected: string): void {
  if (actual !== expected)
    throw new DownloadError(`its content does not match its digest: ${actual} instead of ${expected}`);
}
