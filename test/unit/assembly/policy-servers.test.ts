import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPemFile } from '../../../src/assembly/policy-servers.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pem-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('reads the bytes and keeps the path', async () => {
  const path = join(folder, 'ca.crt');
  await writeFile(path, 'PEM');
  expect(await readPemFile(path)).toEqual({ path, pem: Buffer.from('PEM') });
});

it('says which file is missing', async () => {
  const path = join(folder, 'none.crt');
  await expect(readPemFile(path)).rejects.toMatchObject({
    code: 'AS-2006',
    message: `cannot read ${path}: it does not exist`,
  });
});

it('says that a directory is none', async () => {
  await expect(readPemFile(folder)).rejects.toMatchObject({
    code: 'AS-2006',
    message: `cannot read ${folder}: it is a directory`,
  });
});
