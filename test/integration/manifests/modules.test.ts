import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readModuleTerms } from '../../../src/cli/module-terms.ts';
import { errorCodes } from '../../../src/domain/errors.ts';
import { type Modules, openModules } from '../../../src/sources/modules/modules.ts';

const { signal } = new AbortController();
const wasm = Buffer.from('\0asm\x01\0\0\0', 'latin1');
const digestOf = (content: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** What a test may change about the registry. */
type Registry = {
  layerType: string;
  blob: Buffer;
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[];
};

let servers: Server[];
let registry: Registry;
let host: string;
let elsewhere: string;
let folder: string;
let loader: Modules;

beforeEach(async () => {
  servers = [];
  registry = { layerType: 'application/vnd.wasm.content.layer.v1+wasm', blob: wasm, requests: [] };
  elsewhere = await listen((request, response) => {
    record(request);
    response.end(registry.blob);
  });
  host = await listen(serveRegistry);
  folder = await mkdtemp(join(tmpdir(), 'modules-'));
  loader = await open();
});

afterEach(async () => {
  await loader.close();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

async function open(offline = false): Promise<Modules> {
  const files = { sources: undefined, verificationConfig: undefined, dockerConfig: undefined };
  const terms = await readModuleTerms(files, { DOCKER_CONFIG: folder });
  return openModules(terms, { offline, findProxy: () => undefined, store: undefined });
}

async function listen(serve: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(serve);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function record({ url = '', headers }: IncomingMessage): void {
  registry.requests.push({ path: url, authorization: headers.authorization });
}

function manifest(): string {
  return JSON.stringify({ layers: [{ mediaType: registry.layerType, digest: digestOf(wasm) }] });
}

/** One policy, `team/policy:v1`, for who has a token, which only ana gets; blobs lie on another host. */
function serveRegistry(request: IncomingMessage, response: ServerResponse): void {
  record(request);
  const { url = '', headers } = request;
  if (url.startsWith('/token')) {
    const isAna = headers.authorization === `Basic ${Buffer.from('ana:secret').toString('base64')}`;
    response.writeHead(isAna ? 200 : 401).end(JSON.stringify({ token: 't0k3n' }));
  } else if (headers.authorization !== 'Bearer t0k3n') {
    const challenge = `Bearer realm="http://${host}/token",service="reg",scope="x"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  } else if (url.startsWith('/v2/team/policy/manifests/')) {
    const known = url.endsWith('/v1') || url.endsWith(digestOf(manifest())) || url.endsWith('f'.repeat(64));
    response.writeHead(known ? 200 : 404).end(manifest());
  } else {
    response.writeHead(307, { location: `http://${elsewhere}/blob` }).end();
  }
}

async function logIn(user: string): Promise<void> {
  const auth = Buffer.from(user).toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth }, other: {} } }));
  await loader.close();
  loader = await open();
}

it('pulls a policy with the token that the credentials of the user buy', async () => {
  await logIn('ana:secret');
  const url = `registry://${host}/team/policy:v1`;
  await expect(loader.load(url, signal)).resolves.toEqual(wasm);
  await expect(loader.load(url, signal)).resolves.toEqual(wasm);
  expect(registry.requests.map(({ path }) => path)).toEqual([
    '/v2/team/policy/manifests/v1',
    '/token?scope=repository%3Ateam%2Fpolicy%3Apull&service=reg',
    '/v2/team/policy/manifests/v1',
    `/v2/team/policy/blobs/${digestOf(wasm)}`,
    '/blob',
  ]);
  expect(registry.requests.at(-1)?.authorization).toBeUndefined();
});

it('accepts the digest that the URL asks for, and no other content', async () => {
  await logIn('ana:secret');
  const pinned = `registry://${host}/team/policy@${digestOf(manifest())}`;
  await expect(loader.load(pinned, signal)).resolves.toEqual(wasm);
  const other = `registry://${host}/team/policy:v1@sha256:${'f'.repeat(64)}`;
  await expect(loader.load(other, signal)).rejects.toMatchObject({
    code: errorCodes.moduleUnavailable,
    message: expect.stringContaining('its content is not what its digest says') as string,
  });
});

it('refuses a module that is not what the manifest says', async () => {
  await logIn('ana:secret');
  registry.blob = Buffer.from('evil');
  await expect(loader.load(`registry://${host}/team/policy:v1`, signal)).rejects.toThrow('digest');
});

it('refuses an image of something else', async () => {
  await logIn('ana:secret');
  registry.layerType = 'application/vnd.oci.image.layer.v1.tar';
  await expect(loader.load(`registry://${host}/team/policy:v1`, signal)).rejects.toThrow(
    'is no WebAssembly policy',
  );
});

it('says how to log in where it may not read, without the credentials', async () => {
  await logIn('eve:guess');
  const refused = await loader
    .load(`registry://${host}/team/policy:v1`, signal)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ tries: [`docker login ${host}`] });
  expect(String(refused)).toContain('HTTP 401');
  expect(String(refused)).not.toContain('guess');
});

it('says that the registry does not have it', async () => {
  await logIn('ana:secret');
  await expect(loader.load(`registry://${host}/team/policy:v2`, signal)).rejects.toThrow('does not have it');
});

it('downloads from a URL, and reads from a file', async () => {
  await expect(loader.load(`http://${elsewhere}/x.wasm`, signal)).resolves.toEqual(wasm);
  const path = join(folder, 'a b.wasm');
  await writeFile(path, wasm);
  await expect(loader.load(pathToFileURL(path).href, signal)).resolves.toEqual(wasm);
  await expect(loader.load('file:///nope.wasm', signal)).rejects.toThrow('there is no such file');
});

it('sends nothing when it is offline', async () => {
  const offline = await open(true);
  for (const url of [`http://${elsewhere}/x.wasm`, `registry://${host}/team/policy:v1`])
    await expect(offline.load(url, signal)).rejects.toThrow('--offline');
  expect(registry.requests).toEqual([]);
  await offline.close();
});

it('says why there is no answer', async () => {
  servers[0]?.close();
  await expect(loader.load('http://127.0.0.1:9/x.wasm', signal)).rejects.toMatchObject({
    code: errorCodes.moduleUnavailable,
  });
});
