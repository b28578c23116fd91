import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  createSecretCredentials,
  createUserCredentials,
} from '../../../../src/sources/modules/docker-config.ts';

const auth = Buffer.from('ana:secret').toString('base64');
const helpers = { credHelpers: { 'a.io': 'not-installed' }, credsStore: 'not-installed' };

it.each([
  [{ auths: { 'a.io': { auth } } }, 'a.io', auth],
  [{ auths: { 'https://a.io': { auth } } }, 'a.io', auth],
  [{ auths: { 'https://index.docker.io/v1/': { auth } } }, 'registry-1.docker.io', auth],
  [{ auths: { 'a.io': { username: 'ana', password: 'secret' } } }, 'a.io', auth],
  [{ auths: { 'a.io': { auth } } }, 'b.io', undefined],
  [{ auths: { 'a.io': { auth } } }, 'a.io:5000', undefined],
  [{ auths: { 'a.io': {} } }, 'a.io', undefined],
  [{ auths: { 'a.io': { auth } }, ...helpers }, 'a.io', auth],
  [{ auths: [] }, 'a.io', undefined],
])('%j has for %s: %s', async (config, host, expected) => {
  expect(await createUserCredentials(JSON.stringify(config))(host)).toBe(expected);
});

it('has nothing for anybody without a configuration', async () => {
  expect(await createUserCredentials('')('a.io')).toBeUndefined();
  expect(createSecretCredentials('no JSON')).toBeUndefined();
});

it('starts no program that a Secret names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'helper-'));
  const path = process.env['PATH'];
  try {
    const answer = JSON.stringify({ Username: 'eve', Secret: 'x' });
    await writeFile(join(folder, 'docker-credential-test'), `#!/bin/sh\necho '${answer}'\n`);
    await chmod(join(folder, 'docker-credential-test'), 0o755);
    process.env['PATH'] = `${folder}:${path ?? ''}`;
    const config = JSON.stringify({ auths: { 'a.io': { auth } }, credsStore: 'test' });
    expect(await createUserCredentials(config)('a.io')).toBe(Buffer.from('eve:x').toString('base64'));
    expect(await createSecretCredentials(config)?.('a.io')).toBe(auth);
  } finally {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  }
});
