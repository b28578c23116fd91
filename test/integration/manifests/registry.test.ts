import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HostCall, relay, wapcMetadata } from '../../fixtures/wasm/modules.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import type { CliResult } from '../../support/cli.ts';
import { runInProcess } from '../../support/in-process.ts';
import {
  describeWithRegistry,
  dockerConfig,
  type Registry,
  type RegistryOptions,
  registryUser,
  startRegistry,
} from '../../support/registry.ts';
import { createSigstore } from '../../support/sigstore.ts';

/* Scans of files whose policies come from a real OCI registry. */

const authority = await createCertificateAuthority();
const wasm = await readFile(join(import.meta.dirname, '../../../examples/modules/no-privileged.wasm'));
const pod = `apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
spec: {containers: [{name: main, image: a, securityContext: {privileged: true}}]}
`;
const found = 'container "main" is privileged';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulled-'));
  await writeFile(join(folder, 'pod.yaml'), pod);
});

afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, content: string): Promise<string> {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** Scans the Pod with the module of this URL as the only policy. */
async function scan(module: string, ...flags: readonly string[]): Promise<CliResult> {
  const policies = await write(
    'policies.yaml',
    JSON.stringify({
      apiVersion: 'policies.kubewarden.io/v1',
      kind: 'ClusterAdmissionPolicy',
      metadata: { name: 'no-privileged' },
      spec: {
        module,
        mutating: false,
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      },
    }),
  );
  const argv = [
    'scan',
    join(folder, 'pod.yaml'),
    '--policies',
    policies,
    ...(flags.includes('-o') ? [] : ['-o', 'wide']),
    ...flags,
  ];
  const env = {
    DOCKER_CONFIG: join(folder, 'docker'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: process.env['PATH'] ?? '',
  };
  return runInProcess(argv, { env });
}

async function logIn(host: string, password?: string): Promise<void> {
  await write('docker/config.json', dockerConfig(host, password));
}

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** Starts a registry for the tests of a block, with the policy as `team/no-privileged:v1`. */
function withRegistry(options: RegistryOptions = {}): () => Registry & { readonly digest: string } {
  let registry: Registry | undefined;
  let digest = '';
  beforeAll(async () => {
    registry = await startRegistry(options);
    digest = await registry.pushModule('team/no-privileged', 'v1', wasm);
  });
  afterAll(() => registry?.close());
  return () => ({ ...registry!, digest });
}

describeWithRegistry('a registry for everybody', () => {
  const registry = withRegistry();

  test('has policies by tag and by digest', async () => {
    const { host, digest } = registry();
    for (const version of [':v1', `@${digest}`, `:v1@${digest}`]) {
      const { code, stdout } = await scan(`registry://${host}/team/no-privileged${version}`);
      expect(stdout).toContain(found);
      expect(code).toBe(1);
    }
  });

  test.each([
    ['registry://HOST/team/no-privileged:v2', /HOST does not have it \(HTTP 404\)/],
    ['registry://HOST/team/other:v1', /HOST does not have it \(HTTP 404\)/],
    [`registry://HOST/team/no-privileged@sha256:${'0'.repeat(64)}`, /does not have it/],
    ['registry://HOST', /its URL must be like registry:/],
  ])('does not have %s', async (url, why) => {
    const { host } = registry();
    const { code, stderr } = await scan(url.replace('HOST', host));
    expect(stderr.replaceAll(host, 'HOST')).toMatch(why);
    expect(stderr).toContain('INCOMPLETE');
    expect(code).toBe(3);
  });

  test('is not taken for a policy when it has something else', async () => {
    const { host, pushBlob, pushManifest } = registry();
    const layer = await pushBlob('team/image', Buffer.from('a layer'));
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const image = {
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...layer },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
    };
    const digest = await pushManifest('team/image', 'v1', image);
    const index = 'application/vnd.oci.image.index.v1+json';
    const size = JSON.stringify(image).length;
    const manifests = [{ mediaType, digest, size, platform: { os: 'linux', architecture: 'amd64' } }];
    await pushManifest('team/image', 'index', { schemaVersion: 2, mediaType: index, manifests });
    for (const tag of ['v1', 'index']) {
      const { code, stderr } = await scan(`registry://${host}/team/image:${tag}`);
      expect(stderr).toContain('the artifact of this name in the registry is not a WebAssembly policy');
      expect(code).toBe(3);
    }
  });

  test('is asked once for what stays, and for `latest` each time', async () => {
    const { host, pushModule, requests } = registry();
    const asked = async (path: string): Promise<number> =>
      (await requests()).filter((seen) => seen.method === 'GET' && seen.path.includes(path)).length;
    await pushModule('team/kept', 'v1', wasm);
    await pushModule('team/kept', 'latest', wasm);
    for (let run = 0; run < 2; run += 1) {
      expect((await scan(`registry://${host}/team/kept:v1`)).code).toBe(1);
      expect((await scan(`registry://${host}/team/kept`)).code).toBe(1);
    }
    expect(await asked('kept/manifests/v1')).toBe(1);
    expect(await asked('kept/manifests/latest')).toBe(2);
    // The second time it is still the same.
    expect(await asked('kept/blobs/')).toBe(2);
  });

  test('is not needed offline for what was once there, be it kwctl that had it', async () => {
    const { host } = registry();
    const url = `registry://${host}/team/no-privileged:v1`;
    const before = await scan(url, '--offline');
    expect(before.stderr).toContain('downloads are switched off (--offline), and it was never downloaded');
    expect(before.code).toBe(3);
    await write(`cache/kubewarden/store/registry/${host}/team/no-privileged:v1`, '');
    await writeFile(join(folder, `cache/kubewarden/store/registry/${host}/team/no-privileged:v1`), wasm);
    const after = await scan(url, '--offline');
    expect(after.stdout).toContain(found);
    expect(after.code).toBe(1);
  });
});

describeWithRegistry.each([
  ['basic', 'Basic'],
  ['token', 'Bearer'],
] as const)('a registry with %s authentication', (auth, scheme) => {
  const registry = withRegistry({ auth, redirectBlobs: true });
  const url = (): string => `registry://${registry().host}/team/no-privileged:v1`;

  test('gives policies to who has logged in, and storage elsewhere sees no credentials', async () => {
    await logIn(registry().host);
    const { code, stdout } = await scan(url());
    expect(stdout).toContain(found);
    expect(code).toBe(1);
    const blobs = (await registry().requests()).filter(
      ({ method, path }) => method === 'GET' && path.includes('/blobs/'),
    );
    expect(blobs.at(-1)).toMatchObject({ authorization: scheme });
  });

  test('asks a credential helper of Docker', async () => {
    const { name, password } = registryUser;
    const answer = JSON.stringify({ Username: name, Secret: password });
    const helper = await write('bin/docker-credential-test', `#!/bin/sh\necho '${answer}'\n`);
    await chmod(helper, 0o755);
    await write('docker/config.json', JSON.stringify({ credHelpers: { [registry().host]: 'test' } }));
    const path = process.env['PATH'];
    process.env['PATH'] = `${join(folder, 'bin')}:${path ?? ''}`;
    try {
      expect((await scan(url())).code).toBe(1);
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('takes the logins of another folder, or of the file itself', async () => {
    const file = await write('elsewhere/config.json', dockerConfig(registry().host));
    for (const path of [join(folder, 'elsewhere'), file]) {
      await rm(join(folder, 'cache'), { recursive: true, force: true });
      expect((await scan(url(), '--docker-config-json-path', path)).code).toBe(1);
    }
    const { code, stderr } = await scan(url(), '--docker-config-json-path', join(folder, 'nowhere'));
    expect(stderr).toContain('nowhere');
    expect(code).toBe(2);
  });

  test.each([['guess'], [undefined]])('refuses the password %j, and says what to do', async (password) => {
    if (password !== undefined) await logIn(registry().host, password);
    const { code, stdout, stderr } = await scan(url());
    expect(stderr).toContain('the registry denies access to it (HTTP 401)');
    expect(stderr).toContain(`docker login ${registry().host}`);
    expect(stderr + stdout).not.toMatch(/guess|secret/);
    expect(code).toBe(3);
  });
});

describeWithRegistry('a registry with a certificate', async () => {
  const registry = withRegistry({ certificate: await authority.issueServer(), auth: 'token' });
  const url = (): string => `registry://${registry().host}/team/no-privileged:v1`;
  beforeEach(() => logIn(registry().host));

  test('is trusted when its authority is named', async () => {
    const ca = await write('ca.pem', authority.cert);
    const sources = { source_authorities: { [registry().host]: [{ type: 'Path', path: ca }] } };
    const path = await write('sources.yml', JSON.stringify(sources));
    const { code, stdout } = await scan(url(), '--sources-path', path);
    expect(stdout).toContain(found);
    expect(code).toBe(1);
  });

  test('is not trusted when another authority is named', async () => {
    const data = (await createCertificateAuthority()).cert;
    const sources = { source_authorities: { [registry().host]: [{ type: 'Data', data }] } };
    const path = await write('sources.yml', JSON.stringify(sources));
    const { code, stderr } = await scan(url(), '--sources-path', path);
    expect(stderr).toContain('its certificate was issued by an unknown authority');
    expect(stderr).toContain(`source_authorities, or ${registry().host} under insecure_sources`);
    expect(code).toBe(3);
  });

  test('need not be trusted when it is said to be insecure', async () => {
    const data = (await createCertificateAuthority()).cert;
    const sources = {
      insecure_sources: [registry().host],
      source_authorities: { [registry().host]: [{ type: 'Data', data }] },
    };
    const path = await write('sources.yml', JSON.stringify(sources));
    expect((await scan(url(), '--sources-path', path)).code).toBe(1);
  });

  test('is not asked where the file about sources is wrong', async () => {
    const path = await write('sources.yml', 'insecure_source: [a]\n');
    const { code, stderr } = await scan(url(), '--sources-path', path);
    expect(stderr).toContain('AS-2017');
    expect(stderr).toContain('insecure_source');
    expect(code).toBe(2);
  });
});

describeWithRegistry('keyless signatures', async () => {
  const registry = withRegistry();
  const [sigstore, stranger] = await Promise.all([createSigstore(), createSigstore()]);
  const issuer = 'https://token.actions.githubusercontent.com';
  const workflow = {
    issuer,
    subject: 'https://github.com/org/policies/.github/workflows/release.yml@refs/tags/v1',
    repository: 'org/policies',
  };

  async function verify(
    repository: string,
    { requirement = { kind: 'githubAction', owner: 'org' }, root = sigstore, flags = [] }: Verification = {},
  ): Promise<CliResult> {
    const config = await write(
      'verification.yml',
      JSON.stringify({ apiVersion: 'v1', allOf: [requirement] }),
    );
    const trusted = await write('trusted_root.json', root.trustRoot);
    const url = `registry://${registry().host}/${repository}:v1`;
    return scan(url, '--verification-config-path', config, '--sigstore-trust-root', trusted, ...flags);
  }
  type Verification = {
    readonly requirement?: object;
    readonly root?: typeof sigstore;
    readonly flags?: readonly string[];
  };

  beforeAll(async () => {
    const { pushModule, pushKeylessSignature } = registry();
    const digest = await pushModule('team/keyless', 'v1', wasm);
    await pushKeylessSignature('team/keyless', digest, (payload) => sigstore.sign(payload, workflow));
    const evil = { ...workflow, subject: workflow.subject.replace('/org/', '/organisation-evil/') };
    const other = await pushModule('team/evil', 'v1', wasm);
    await pushKeylessSignature('team/evil', other, (payload) => sigstore.sign(payload, evil));
  });

  test('let a policy run, and later offline, where they are verified again', async () => {
    const online = await verify('team/keyless');
    expect(online.stdout).toContain(found);
    expect(online.code).toBe(1);
    const before = (await registry().requests()).length;
    const flags = ['--offline'];
    expect((await verify('team/keyless', { flags })).code).toBe(1);
    const stricter = await verify('team/keyless', {
      flags,
      requirement: { kind: 'githubAction', owner: 'x' },
    });
    expect(stricter.stderr).toContain(
      'no valid signature of GitHub Actions of x; it has one of https://github.com/org/',
    );
    expect(stricter.code).toBe(3);
    const untrusted = await verify('team/keyless', { flags, root: stranger });
    expect(untrusted.stderr).toContain('it has a keyless one that is not valid');
    expect(untrusted.code).toBe(3);
    expect((await registry().requests()).length).toBe(before);
  });

  test('say nothing for a module that took the place of the kept one', async () => {
    expect((await verify('team/keyless')).code).toBe(1);
    const place = join(folder, 'cache/audit-scanner/modules/registry', registry().host, 'team/keyless:v1');
    await writeFile(place, Buffer.concat([wasm, Buffer.from([0, 2, 1, 120])]));
    const { stderr, code } = await verify('team/keyless', { flags: ['--offline'] });
    expect(stderr).toContain('a part of it was not kept');
    expect(code).toBe(3);
  });

  test('keep a policy from running whose signer only begins like a trusted one, and nothing of it is downloaded', async () => {
    const requirement = { kind: 'genericIssuer', issuer, subject: { urlPrefix: 'https://github.com/org' } };
    expect((await verify('team/keyless', { requirement })).code).toBe(1);
    const { stderr, code } = await verify('team/evil', { requirement });
    expect(stderr).toContain('it has one of https://github.com/organisation-evil/policies/');
    expect(code).toBe(3);
    const wasmDigest = `sha256:${createHash('sha256').update(wasm).digest('hex')}`;
    const read = (await registry().requests()).filter(
      ({ method, path }) => method === 'GET' && path.includes(`team/evil/blobs/${wasmDigest}`),
    );
    expect(read).toEqual([]);
  });

  test('need a trust root that is one', async () => {
    const { stderr, code } = await verify('team/keyless', { root: { ...sigstore, trustRoot: '{}' } });
    expect(stderr).toContain('trusted_root.json: it is no trusted root of Sigstore');
    expect(stderr).toContain('AS-2017');
    expect(code).toBe(2);
  });
});

describeWithRegistry('signatures', () => {
  const registry = withRegistry();
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const url = (): string => `registry://${registry().host}/team/signed:v1`;

  async function verify(module: string, ...flags: readonly string[]): Promise<CliResult> {
    const config = { apiVersion: 'v1', allOf: [{ kind: 'pubKey', owner: 'team', key: pem(publicKey) }] };
    const path = await write('verification.yml', JSON.stringify(config));
    return scan(module, '--verification-config-path', path, ...flags);
  }

  beforeAll(async () => {
    const { pushModule, pushSignature } = registry();
    const digest = await pushModule('team/signed', 'v1', wasm);
    await pushSignature('team/signed', digest, privateKey);
  });

  test('let a policy run', async () => {
    const { code, stdout } = await verify(url());
    expect(stdout).toContain(found);
    expect(code).toBe(1);
    // What is kept does not spare the signatures.
    expect((await verify(url())).code).toBe(1);
  });

  test('keep a policy from running that has none, and nothing of it is downloaded', async () => {
    const { host, pushModule, requests } = registry();
    await pushModule('team/unsigned', 'v1', wasm);
    const { code, stderr, stdout } = await verify(`registry://${host}/team/unsigned:v1`);
    expect(stderr).toContain('it has no signatures');
    expect(stdout).not.toContain(found);
    expect(code).toBe(3);
    const read = (await requests()).filter(
      ({ method, path }) => method === 'GET' && path.includes('team/unsigned/blobs'),
    );
    expect(read).toEqual([]);
  });

  test('keep a policy from running that somebody else has signed', async () => {
    const { host, pushModule, pushSignature } = registry();
    const digest = await pushModule('team/forged', 'v1', wasm);
    await pushSignature('team/forged', digest, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const { code, stderr } = await verify(`registry://${host}/team/forged:v1`);
    expect(stderr).toMatch(/it is not signed as required: no valid signature of team's key sha256:/);
    expect(code).toBe(3);
  });

  test('keep a policy from running that has none, though it was kept before it had to have some', async () => {
    const { host } = registry();
    const unsigned = `registry://${host}/team/no-privileged:v1`;
    expect((await scan(unsigned)).code).toBe(1);
    expect((await verify(unsigned)).code).toBe(3);
  });

  test('do not exist for a file, nor offline before they were once verified', async () => {
    const file = await verify(
      `file://${join(import.meta.dirname, '../../../examples/modules/no-privileged.wasm')}`,
    );
    expect(file.stderr).toContain('only modules of a registry have any');
    expect(file.code).toBe(3);
    const offline = await verify(url(), '--offline');
    expect(offline.stderr).toContain('it was never downloaded');
    expect(offline.code).toBe(3);
    expect((await verify(url())).code).toBe(1);
    expect((await verify(url(), '--offline')).code).toBe(1);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const config = { apiVersion: 'v1', allOf: [{ kind: 'pubKey', key: pem(other.publicKey) }] };
    const path = await write('other.yml', JSON.stringify(config));
    const forOther = await scan(url(), '--verification-config-path', path, '--offline');
    expect(forOther.stderr).toContain('it is not signed as required');
    expect(forOther.code).toBe(3);
  });

  test('are not asked for by a file that asks for none', async () => {
    const path = await write('none.yml', 'apiVersion: v1\nallOf: []\n');
    const { code, stderr } = await scan(url(), '--verification-config-path', path);
    expect(stderr).toContain('AS-2017');
    expect(code).toBe(2);
  });
});

describeWithRegistry('what a policy asks about an image', () => {
  const registry = withRegistry();
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  beforeAll(() => registry().pushSignature('team/no-privileged', registry().digest, key.privateKey));

  /** What a policy is told, of which IMAGE is the image of the registry. */
  async function ask(
    operation: HostCall['operation'],
    payload: unknown,
    ...flags: string[]
  ): Promise<string> {
    const { host, digest } = registry();
    const image = `${host}/team/no-privileged:v1`;
    const call = {
      namespace: 'oci',
      operation,
      payload: JSON.stringify(payload).replaceAll('IMAGE', image),
    };
    const asking = await write('asking.wasm', '');
    await writeFile(asking, relay(call, wapcMetadata));
    const { stdout } = await scan(`file://${asking}`, '-o', 'json', ...flags);
    const { results } = JSON.parse(stdout) as { readonly results: readonly { readonly message: string }[] };
    return (results[0]?.message ?? '').replaceAll(image, 'IMAGE').replaceAll(digest, 'DIGEST');
  }

  test('its digest, its manifest and its configuration', async () => {
    expect(await ask('v1/manifest_digest', 'IMAGE')).toContain('{"digest":"DIGEST"}');
    expect(await ask('v1/oci_manifest', 'IMAGE')).toContain(
      '"mediaType":"application/vnd.oci.image.manifest.v1+json"',
    );
    const whole = await ask('v1/oci_manifest_config', 'IMAGE');
    expect(whole).toMatch(/\{"manifest":\{"schemaVersion":2,.*,"digest":"DIGEST","config":\{\}\}/);
  });

  test('who has signed it', async () => {
    const type = 'SigstorePubKeyVerify';
    const keysOf = (...keys: readonly KeyObject[]) => ({ image: 'IMAGE', pub_keys: keys.map(pem) });
    const signedBy = (...keys: readonly KeyObject[]) => ({ type, ...keysOf(...keys) });
    const trusted = '{"is_trusted":true,"digest":"DIGEST"}';
    expect(await ask('v2/verify', signedBy(key.publicKey))).toContain(trusted);
    expect(await ask('v1/verify', { [type]: keysOf(key.publicKey) })).toContain(trusted);
    const untrusted = await ask('v2/verify', signedBy(key.publicKey, other.publicKey));
    expect(untrusted).toMatch(/IMAGE: it is not signed as required: no valid signature of the key sha256:/);
    expect(await ask('v2/verify', signedBy())).toContain('Must provide at least one pub key');
  });

  test('and gets an error for what cannot be found out', async () => {
    const keyless = {
      type: 'SigstoreKeylessVerify',
      image: 'IMAGE',
      keyless: [{ issuer: 'i', subject: 's' }],
    };
    expect(await ask('v2/verify', keyless)).toMatch(
      /IMAGE cannot be verified here: SigstoreKeylessVerify is not supported, only signatures made with a key pair are/,
    );
    expect(await ask('v1/manifest_digest', `${registry().host}/team/nothing:v1`)).toContain('(HTTP 404)');
    expect(await ask('v1/manifest_digest', 'IMAGE', '--offline')).toContain('not available offline');
  });
});
