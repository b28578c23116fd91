import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorCodes } from '../../../src/domain/errors.ts';
import { anonymous } from '../../../src/modules/login.ts';
import { type Modules, openModules } from '../../../src/modules/modules.ts';
import { noSourceSettings } from '../../../src/modules/source-settings.ts';

/* Modules from servers that lie, and from elsewhere than a registry. */

const { signal } = new AbortController();
const wasm = Buffer.from('\0asm\x01\0\0\0', 'latin1');
const digestOf = (content: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;
const manifest = JSON.stringify({
  layers: [{ mediaType: 'application/vnd.wasm.content.layer.v1+wasm', digest: digestOf(wasm) }],
});

/** What the server has under a path. */
type Serve = (path: string) => string | Buffer | undefined;

let server: Server;
let serve: Serve;
let requests: string[];
let host: string;
let folder: string;
let modules: Modules;

beforeEach(async () => {
  requests = [];
  serve = (path) => (path.includes('/manifests/') ? manifest : wasm);
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    requests.push(path);
    const content = serve(path);
    response.writeHead(content === undefined ? 500 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'modules-'));
  modules = open();
});

afterEach(async () => {
  await modules.close();
  server.close();
  await rm(folder, { recursive: true });
});

function open(offline = false): Modules {
  const findCredentials = () => Promise.resolve(anonymous);
  const terms = { sources: noSourceSettings, findCredentials, verification: undefined };
  return openModules(terms, { offline, findProxy: () => undefined, store: undefined });
}

it('asks for a module once', async () => {
  const url = `registry://${host}/team/policy:v1`;
  await expect(modules.load(url, signal)).resolves.toEqual(wasm);
  await expect(modules.load(url, signal)).resolves.toEqual(wasm);
  expect(requests).toEqual(['/v2/team/policy/manifests/v1', `/v2/team/policy/blobs/${digestOf(wasm)}`]);
});

it('refuses a manifest that is not what the URL says', async () => {
  const pinned = `registry://${host}/team/policy@${digestOf(manifest)}`;
  await expect(modules.load(pinned, signal)).resolves.toEqual(wasm);
  const other = `registry://${host}/team/policy:v1@sha256:${'f'.repeat(64)}`;
  await expect(modules.load(other, signal)).rejects.toMatchObject({
    code: errorCodes.moduleUnavailable,
    message: expect.stringContaining('its content does not match its digest') as string,
  });
});

it('refuses a module that is not what the manifest says', async () => {
  serve = (path) => (path.includes('/manifests/') ? manifest : Buffer.from('evil'));
  await expect(modules.load(`registry://${host}/team/policy:v1`, signal)).rejects.toThrow(
    'its content does not match its digest',
  );
});

it('refuses what is no manifest, and says what went wrong at the registry', async () => {
  serve = () => '<html>';
  await expect(modules.load(`registry://${host}/a:v1`, signal)).rejects.toThrow(
    'is not a WebAssembly policy',
  );
  serve = () => undefined;
  await expect(modules.load(`registry://${host}/b:v1`, signal)).rejects.toThrow('answers HTTP 500');
});

it('downloads from a URL, and reads from a file', async () => {
  await expect(modules.load(`http://${host}/x.wasm`, signal)).resolves.toEqual(wasm);
  const path = join(folder, 'a b.wasm');
  await writeFile(path, wasm);
  await expect(modules.load(pathToFileURL(path).href, signal)).resolves.toEqual(wasm);
  await expect(modules.load('file:///nope.wasm', signal)).rejects.toThrow('it does not exist');
});

it('sends nothing when it is offline', async () => {
  const offline = open(true);
  for (const url of [`http://${host}/x.wasm`, `registry://${host}/team/policy:v1`])
    await expect(offline.load(url, signal)).rejects.toThrow('--offline');
  expect(requests).toEqual([]);
  await offline.close();
});

it('says why there is no answer', async () => {
  await expect(modules.load('http://127.0.0.1:9/x.wasm', signal)).rejects.toMatchObject({
    code: errorCodes.moduleUnavailable,
  });
});
