import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readCredentials } from './docker-config.ts';
import type { Answer, Downloader } from './download.ts';
import { unavailable } from './unavailable.ts';

export type PullOptions = {
  readonly downloader: Downloader;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly signal: AbortSignal;
};

/** `registry://host[:port]/path[:tag][@digest]`, taken apart. `version` is the digest, else the tag. */
export type ImageReference = {
  readonly host: string;
  readonly repository: string;
  readonly version: string;
};

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const wasmLayer = 'application/vnd.wasm.content.layer.v1+wasm';

const manifestSchema = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })).min(1),
});

/**
 * Pulls a policy from an OCI registry, as the Docker configuration of the user allows. The module is what its digest says, and so
 * is the manifest where the URL has a digest. Rejects with `moduleUnavailable`.
 */
export async function pullModule(url: string, options: PullOptions): Promise<Uint8Array> {
  const reference = parseReference(url);
  if (reference === undefined)
    throw unavailable(
      url,
      'its URL must be like registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0',
    );
  const session = new Session(url, reference, options);
  const manifest = await session.get(`manifests/${reference.version}`, manifestTypes.join(','));
  if (reference.version.startsWith('sha256:')) checkDigest(url, manifest, reference.version);
  const layers = manifestSchema.safeParse(parseJson(manifest)).data?.layers;
  const [layer] = layers ?? [];
  if (layer === undefined || layers?.some(({ mediaType }) => mediaType !== wasmLayer) !== false)
    throw unavailable(url, 'what the registry has under this name is no WebAssembly policy');
  const module = await session.get(`blobs/${layer.digest}`, '*/*');
  checkDigest(url, module, layer.digest);
  return module;
}

const referencePattern =
  /^registry:\/\/([^/]+)\/([^:@]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[\da-f]{64}))?$/;

/** Undefined for what is no reference. */
export function parseReference(url: string): ImageReference | undefined {
  const [, host, path = '', tag = 'latest', digest = tag] = referencePattern.exec(url) ?? [];
  if (host === undefined) return undefined;
  const isHub = host === 'docker.io' || host === 'index.docker.io';
  if (!isHub) return { host, repository: path, version: digest };
  const repository = path.includes('/') ? path : `library/${path}`;
  return { host: 'registry-1.docker.io', repository, version: digest };
}

class Session {
  readonly #name: string;
  readonly #reference: ImageReference;
  readonly #options: PullOptions;
  #authorization: string | undefined;

  constructor(name: string, reference: ImageReference, options: PullOptions) {
    this.#name = name;
    this.#reference = reference;
    this.#options = options;
  }

  /** GET below the repository. The first refusal says how to authenticate. */
  async get(path: string, accept: string): Promise<Uint8Array> {
    let answer = await this.#request(path, accept);
    if (answer.status === 401) {
      await answer.discard();
      this.#authorization = await this.#authenticate(answer.header('www-authenticate') ?? '');
      answer = await this.#request(path, accept);
    }
    if (answer.status === 200) return answer.read();
    await answer.discard();
    throw this.#refused(answer.status);
  }

  #request(path: string, accept: string): Promise<Answer> {
    const { host, repository } = this.#reference;
    // As Docker does: nobody can listen on the way to this machine itself.
    const scheme = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host) ? 'http' : 'https';
    const headers = {
      accept,
      ...(this.#authorization !== undefined && { authorization: this.#authorization }),
    };
    return this.#download(`${scheme}://${host}/v2/${repository}/${path}`, headers);
  }

  #download(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { downloader, signal } = this.#options;
    return downloader.get(url, { name: this.#name, headers, signal });
  }

  async #authenticate(challenge: string): Promise<string | undefined> {
    const basic = await readCredentials(this.#reference.host, this.#options);
    const authorization = basic === undefined ? undefined : `Basic ${basic}`;
    if (!/^bearer /i.test(challenge)) return authorization;
    const url = this.#tokenUrl(challenge);
    const answer = await this.#download(url, authorization === undefined ? {} : { authorization });
    if (answer.status !== 200) {
      await answer.discard();
      throw this.#refused(answer.status);
    }
    const { token, access_token } = tokenSchema.parse(parseJson(await answer.read()) ?? {});
    return `Bearer ${token ?? access_token ?? ''}`;
  }

  #tokenUrl(challenge: string): string {
    const parameters = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value] as const),
    );
    const realm = URL.parse(parameters.get('realm') ?? '');
    if (realm === null) throw unavailable(this.#name, 'the registry does not say how to log in');
    realm.searchParams.set('scope', `repository:${this.#reference.repository}:pull`);
    const service = parameters.get('service');
    if (service !== undefined) realm.searchParams.set('service', service);
    return realm.href;
  }

  #refused(status: number) {
    const { host } = this.#reference;
    if (status === 401 || status === 403) {
      return unavailable(this.#name, `the registry does not let you read it (HTTP ${status})`, {
        tries: [`docker login ${host}`],
      });
    }
    if (status === 404) return unavailable(this.#name, `${host} does not have it (HTTP 404)`);
    return unavailable(this.#name, `the registry answers HTTP ${status}`);
  }
}

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

function checkDigest(name: string, bytes: Uint8Array, digest: string): void {
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (actual !== digest)
    throw unavailable(name, `its content is not what its digest says: ${actual} in place of ${digest}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
