import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createModuleStore, type ModuleStore } from '../../../src/modules/store.ts';

const module = Buffer.from('\0asm\x01\0\0\0', 'latin1');
let folder: string;
let store: ModuleStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
  store = createModuleStore({ env: { XDG_CACHE_HOME: folder }, homeDir: '/nowhere', platform: 'linux' });
});

afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

it.each([
  ['registry://ghcr.io/org/policy:v1', 'registry/ghcr.io/org/policy:v1'],
  ['registry://localhost:5000/policy', 'registry/localhost:5000/policy:latest'],
  ['registry://ghcr.io/policy:latest', 'registry/ghcr.io/policy:latest'],
  [`registry://ghcr.io/p@sha256:${'a'.repeat(64)}`, `registry/ghcr.io/p@sha256:${'a'.repeat(64)}`],
  ['https://example.com:8443/a/b.wasm', 'https/example.com:8443/a/b.wasm'],
])('finds %s where kwctl has it', async (url, place) => {
  expect(await store.find(url)).toBeUndefined();
  await put(`kubewarden/store/${place}`, module);
  expect(await store.find(url)).toEqual(module);
});

it('keeps modules in a place of its own, and leaves nothing half written', async () => {
  const url = 'registry://ghcr.io/org/policy:v1';
  await store.keep(url, module);
  expect(await store.find(url)).toEqual(module);
  expect(await readdir(folder)).toEqual(['audit-scanner']);
  expect(await readdir(join(folder, 'audit-scanner/modules/registry/ghcr.io/org'))).toEqual(['policy:v1']);
});

it('takes nothing that is no module, and nothing from outside', async () => {
  await put('kubewarden/store/https/example.com/page', Buffer.from('<html>'));
  await put('kubewarden/store/secret', module);
  expect(await store.find('https://example.com/page')).toBeUndefined();
  expect(await store.find('registry://ghcr.io/../../secret')).toBeUndefined();
  expect(await store.find('https://example.com/../../secret')).toBeUndefined();
});

it('does not mix up what differs in its query', async () => {
  await store.keep('https://example.com/a.wasm?v=1', module);
  expect(await store.find('https://example.com/a.wasm?v=2')).toBeUndefined();
});

it('does without where nothing can be written', async () => {
  await writeFile(join(folder, 'audit-scanner'), 'a file where the folder would be');
  await store.keep('registry://ghcr.io/org/policy:v1', module);
  expect(await store.find('registry://ghcr.io/org/policy:v1')).toBeUndefined();
});
