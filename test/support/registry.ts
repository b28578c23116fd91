import { spawn } from 'node:child_process';
import { createHash, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { describe } from 'vitest';
import { buildRegistry, RegistryUnavailable } from '../registry/build.mjs';
import type { KeyPair } from './certificates.ts';

export type RegistryOptions = {
  /** Without one there is no TLS. */
  readonly certificate?: KeyPair;
  /** Who may read and write: everybody, or the user with HTTP Basic or with a token that the user's password buys. */
  readonly auth?: 'none' | 'basic' | 'token';
  /** Blobs come from another port, which refuses who brings credentials. */
  readonly redirectBlobs?: boolean;
};

/** A request that the registry was sent. `authorization` is the scheme only. */
export type SeenRequest = { readonly method: string; readonly path: string; readonly authorization: string };

export type SignatureOptions = {
  readonly annotations?: Readonly<Record<string, string>>;
};

/** A real OCI registry on loopback. Digests are `sha256:…`. */
export type Registry = {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** A policy as `kwctl push` stores it. Resolves to the digest of its manifest. */
  readonly pushModule: (repository: string, tag: string, module: Uint8Array) => Promise<string>;
  /** Any manifest or index; what it names must be there already. */
  readonly pushManifest: (repository: string, tag: string, manifest: Manifest) => Promise<string>;
  readonly pushBlob: (repository: string, content: Uint8Array) => Promise<Descriptor>;
  /** A signature as `cosign sign --key` stores it. */
  readonly pushSignature: (
    repository: string,
    digest: string,
    privateKey: KeyObject,
    options?: SignatureOptions,
  ) => Promise<void>;
  /** A signature that `sign` makes the annotations of, as `cosign sign` stores one without a key. */
  readonly pushKeylessSignature: (
    repository: string,
    digest: string,
    sign: (payload: Uint8Array) => Promise<Readonly<Record<string, string>>>,
  ) => Promise<void>;
  readonly requests: () => Promise<readonly SeenRequest[]>;
  readonly close: () => Promise<void>;
};

export type Descriptor = { readonly digest: string; readonly size: number };

/** The user that every registry of the tests knows. */
export const registryUser = { name: 'ana', password: 'secret' } as const;

/** Content of a Docker config.json with that user's login. */
export function dockerConfig(host: string, password: string = registryUser.password): string {
  const auth = Buffer.from(`${registryUser.name}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [host]: { auth } } });
}

const unavailable = await buildRegistry().then(
  () => undefined,
  (thrown: unknown) => {
    if (thrown instanceof RegistryUnavailable) return thrown;
    throw thrown;
  },
);
if (unavailable !== undefined) console.error(`SKIPPED: registries, because ${unavailable.message}`);

/** `describe` for tests that need a registry; skips them where there is no Go that could build it. */
export const describeWithRegistry = describe.skipIf(unavailable !== undefined);

export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const program = await buildRegistry();
  const directory = await mkdtemp(join(tmpdir(), 'registry-'));
  const child = spawn(program, await toArguments(options, directory), { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { host } = JSON.parse(line) as { readonly host: string };
  const pusher = new Pusher(host, options);
  return {
    host,
    pushModule: (repository, tag, module) => pusher.pushModule(repository, tag, module),
    pushManifest: (repository, tag, manifest) => pusher.pushManifest(repository, tag, manifest),
    pushBlob: (repository, content) => pusher.pushBlob(repository, content),
    pushSignature: (repository, digest, key, { annotations = null } = {}) =>
      pusher.pushSignature(repository, { digest, optional: annotations }, (payload) => {
        const signature = sign('sha256', payload, key).toString('base64');
        return Promise.resolve({ 'dev.cosignproject.cosign/signature': signature });
      }),
    pushKeylessSignature: (repository, digest, make) =>
      pusher.pushSignature(repository, { digest, optional: null }, make),
    requests: () => pusher.requests(),
    close: async () => {
      child.stdin.end();
      await Promise.all([once(child, 'exit'), pusher.close()]);
      await rm(directory, { recursive: true });
    },
  };
}

async function toArguments(
  { certificate, auth = 'none', redirectBlobs = false }: RegistryOptions,
  directory: string,
): Promise<readonly string[]> {
  const args = [`-directory=${directory}`, `-auth=${auth}`, ...(redirectBlobs ? ['-redirect-blobs'] : [])];
  if (certificate === undefined) return args;
  const [cert, key] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
  await Promise.all([writeFile(cert, certificate.cert), writeFile(key, certificate.key)]);
  return [...args, `-cert=${cert}`, `-key=${key}`];
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Writes to a registry by its own protocol. */
class Pusher {
  readonly #base: string;
  readonly #auth: RegistryOptions['auth'];
  readonly #dispatcher = new Agent({ connect: { rejectUnauthorized: false } });

  constructor(host: string, { certificate, auth }: RegistryOptions) {
    this.#base = `${certificate === undefined ? 'http' : 'https'}://${host}`;
    this.#auth = auth;
  }

  async pushModule(repository: string, tag: string, module: Uint8Array): Promise<string> {
    const config = await this.pushBlob(repository, Buffer.from('{}'));
    const layer = await this.pushBlob(repository, module);
    return this.pushManifest(repository, tag, {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.wasm.config.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.wasm.content.layer.v1+wasm', ...layer }],
    });
  }

  async pushSignature(
    repository: string,
    { digest, optional }: { readonly digest: string; readonly optional: object | null },
    make: (payload: Uint8Array) => Promise<Readonly<Record<string, string>>>,
  ): Promise<void> {
    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: { 'docker-reference': repository },
          image: { 'docker-manifest-digest': digest },
          type: 'cosign container image signature',
        },
        optional,
      }),
    );
    const layer = {
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      ...(await this.pushBlob(repository, payload)),
      annotations: await make(payload),
    };
    const config = {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...(await this.pushBlob(repository, Buffer.from('{}'))),
    };
    await this.pushManifest(repository, `${digest.replace(':', '-')}.sig`, {
      schemaVersion: 2,
      mediaType: manifestType,
      config,
      layers: [layer],
    });
  }

  async pushManifest(repository: string, tag: string, manifest: Manifest): Promise<string> {
    const content = Buffer.from(JSON.stringify(manifest));
    await this.#send('PUT', `/v2/${repository}/manifests/${tag}`, {
      repository,
      content,
      type: manifest.mediaType,
    });
    return digestOf(content);
  }

  async pushBlob(repository: string, content: Uint8Array): Promise<Descriptor> {
    const digest = digestOf(content);
    const { location } = await this.#send('POST', `/v2/${repository}/blobs/uploads/`, { repository });
    const url = new URL(location ?? '', this.#base);
    url.searchParams.set('digest', digest);
    await this.#send('PUT', url.pathname + url.search, { repository, content });
    return { digest, size: content.length };
  }

  async requests(): Promise<readonly SeenRequest[]> {
    const { body } = await request(`${this.#base}/requests`, { dispatcher: this.#dispatcher });
    return (await body.json()) as readonly SeenRequest[];
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  async #send(
    method: 'POST' | 'PUT',
    path: string,
    { repository, content, type = 'application/octet-stream' }: Sending,
  ): Promise<{ readonly location: string | undefined }> {
    const { statusCode, headers, body } = await request(this.#base + path, {
      method,
      headers: { 'content-type': type, ...(await this.#authorize(repository)) },
      ...(content && { body: content }),
      dispatcher: this.#dispatcher,
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`HTTP ${statusCode} to ${method} ${path}: ${text}`);
    return { location: headers['location'] as string | undefined };
  }

  async #authorize(repository: string): Promise<Record<string, string>> {
    const { name, password } = registryUser;
    const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    if (this.#auth !== 'token') return this.#auth === 'basic' ? { authorization: basic } : {};
    const { body } = await request(`${this.#base}/token?scope=repository:${repository}:pull,push`, {
      headers: { authorization: basic },
      dispatcher: this.#dispatcher,
    });
    const { token } = (await body.json()) as { readonly token: string };
    return { authorization: `Bearer ${token}` };
  }
}

/** What a manifest or an index holds besides. */
type Manifest = { readonly mediaType: string; readonly [field: string]: unknown };

type Sending = { readonly repository: string; readonly content?: Uint8Array; readonly type?: string };

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
