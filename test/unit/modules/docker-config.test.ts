import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSecretCredentials,
  createUserCredentials,
  parseDockerConfig,
} from '../../../src/modules/docker-config.ts';

const encode = (name: string): string => Buffer.from(`${name}:secret`).toString('base64');
const auth = encode('ana');
const never = new AbortController().signal;

function parse(config: unknown) {
  return parseDockerConfig(JSON.stringify(config))!;
}

function loginFor(config: unknown, host: string, repository = 'team/policy', signal = never) {
  return createUserCredentials(parse(config))({ host, repository }, signal);
}

describe('the entries of a config.json', () => {
  it.each([
    [{ 'a.io': { auth } }, 'a.io', 'ana'],
    [{ 'https://a.io': { auth } }, 'a.io', 'ana'],
    [{ 'http://a.io/': { auth } }, 'a.io', 'ana'],
    [{ 'https://a.io/v1/': { auth } }, 'a.io', 'ana'],
    [{ 'a.io/v2': { auth } }, 'a.io', 'ana'],
    [{ 'A.io': { auth } }, 'a.io', 'ana'],
    [{ 'a.io/team': { auth } }, 'a.io', 'ana'],
    [{ 'https://a.io/team/': { auth } }, 'a.io', 'ana'],
    [{ 'a.io/team/policy': { auth } }, 'a.io', 'ana'],
    [{ 'a.io': { auth: encode('eve') }, 'a.io/team': { auth } }, 'a.io', 'ana'],
    [{ 'a.io/team': {}, 'a.io': { auth } }, 'a.io', 'ana'],
    [{ 'https://index.docker.io/v1/': { auth } }, 'registry-1.docker.io', 'ana'],
    [{ 'https://index.docker.io/v1': { auth } }, 'registry-1.docker.io', 'ana'],
    [{ 'docker.io': { auth } }, 'registry-1.docker.io', 'ana'],
    [{ 'docker.io/team': { auth } }, 'registry-1.docker.io', 'ana'],
    [{ 'a.io': { username: 'ana', password: 'secret' } }, 'a.io', 'ana'],
    [{ 'a.io': { auth } }, 'b.io', undefined],
    [{ 'a.io': { auth } }, 'a.io:5000', undefined],
    [{ 'a.io/tea': { auth } }, 'a.io', undefined],
    [{ 'a.io/team/policy/more': { auth } }, 'a.io', undefined],
    [{ 'b.io/a.io': { auth } }, 'a.io', undefined],
    [{ 'a.io': {} }, 'a.io', undefined],
    [null, 'a.io', undefined],
  ])('%j has for %s/team/policy: %s', async (auths, host, name) => {
    const expected = { basic: name && encode(name), problem: undefined };
    expect(await loginFor({ auths }, host)).toEqual(expected);
    expect(
      await createSecretCredentials(parse({ auths }))({ host, repository: 'team/policy' }, never),
    ).toEqual(expected);
  });

  it.each(['no JSON', '[]', '{"auths": []}', ''])('are none in %s', (content) => {
    expect(parseDockerConfig(content)).toBeUndefined();
  });
});

describe('a credential helper', () => {
  let folder: string;
  const path = process.env['PATH'];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'helper-'));
    process.env['PATH'] = `${folder}:${path ?? ''}`;
  });
  afterAll(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  });

  async function install(name: string, script: string): Promise<void> {
    await writeFile(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, `docker-credential-${name}`), 0o755);
  }
  const answer = JSON.stringify({ Username: 'eve', Secret: 'secret' });

  it('is asked about the host, and before the entries of the file', async () => {
    await install('knows', `[ "$(cat)" = a.io ] && echo '${answer}'`);
    const auths = { 'a.io': { auth } };
    for (const config of [
      { auths, credsStore: 'knows' },
      { auths, credHelpers: { 'a.io': 'knows' }, credsStore: 'not-installed' },
      { auths, credHelpers: { 'https://a.io/': 'knows' } },
    ])
      expect(await loginFor(config, 'a.io')).toEqual({ basic: encode('eve'), problem: undefined });
    expect(await loginFor({ auths, credHelpers: { 'b.io': 'knows' } }, 'a.io')).toMatchObject({
      basic: auth,
    });
  });

  it('is not started because a Secret names it', async () => {
    await install('knows', `echo '${answer}'`);
    const config = parse({ auths: { 'a.io': { auth } }, credsStore: 'knows' });
    const place = { host: 'a.io', repository: 'policy' };
    expect(await createSecretCredentials(config)(place, never)).toEqual({ basic: auth, problem: undefined });
  });

  it('may know nothing, which is no problem', async () => {
    await install('empty', 'echo "credentials not found in native keychain"; exit 1');
    expect(await loginFor({ credsStore: 'empty' }, 'a.io')).toEqual({ basic: undefined, problem: undefined });
  });

  it.each([
    ['echo "the keychain is locked" >&2; exit 2', 'failed: the keychain is locked'],
    ['exit 2', 'failed: it printed no reason'],
    ['echo secret', 'gave an invalid answer'],
    [`echo '{"Username":"<token>","Secret":"x"}'`, 'has an identity token, which is not supported'],
  ])('is said to have failed: %s', async (script, why) => {
    await install('fails', script);
    const problem = `the Docker credential helper docker-credential-fails ${why}`;
    expect(await loginFor({ credsStore: 'fails' }, 'a.io')).toEqual({ basic: undefined, problem });
    expect(await loginFor({ credsStore: 'fails', auths: { 'a.io': { auth } } }, 'a.io')).toEqual({
      basic: auth,
      problem,
    });
  });

  it('is said to be missing', async () => {
    expect(await loginFor({ credsStore: 'not-installed' }, 'a.io')).toEqual({
      basic: undefined,
      problem: 'the Docker credential helper docker-credential-not-installed is not on PATH',
    });
  });

  it('ends with the run', async () => {
    await install('hangs', 'sleep 60');
    const stop = new AbortController();
    const waiting = loginFor({ credsStore: 'hangs' }, 'a.io', 'policy', stop.signal).catch(String);
    setTimeout(() => {
      stop.abort(new Error('stopped'));
    }, 200);
    expect(await waiting).toBe('Error: stopped');
  });
});
