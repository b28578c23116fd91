import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { relay, wapcMetadata } from '../fixtures/wasm/modules.ts';
import { type CertificateAuthority, createCertificateAuthority } from '../support/certificates.ts';
import { anAdmissionPolicy, aPod, aPolicyServer } from '../support/cluster/objects.ts';
import { exampleModule } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { describeWithRegistry, dockerConfig, type Registry, startRegistry } from '../support/registry.ts';
import { World } from '../support/world.ts';

type Document = {
  complete: boolean;
  policies: { name: string; state: string; reason: string | null }[];
  results: { policy: { name: string }; message: string }[];
};

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const verification = JSON.stringify({
  apiVersion: 'v1',
  allOf: [{ kind: 'pubKey', key: publicKey.export({ type: 'spki', format: 'pem' }) }],
});

/* The policies of a live cluster, evaluated in process, from a registry that wants TLS, a login and signatures. */
describeWithRegistry('modules on the terms of the PolicyServer', () => {
  describeOnCluster('in a live cluster', () => {
    const cluster = sharedCluster();
    let authority: CertificateAuthority;
    let registry: Registry;
    let world: World;
    let folder: string;

    beforeAll(async () => {
      authority = await createCertificateAuthority();
      registry = await startRegistry({ certificate: await authority.issueServer(), auth: 'token' });
      const wasm = await readFile(fileURLToPath(exampleModule('no-privileged')));
      const digest = await registry.pushModule('team/signed', 'v1', wasm);
      await registry.pushSignature('team/signed', digest, privateKey);
      await registry.pushModule('team/unsigned', 'v1', wasm);
      folder = await mkdtemp(join(tmpdir(), 'docker-'));
      await writeFile(join(folder, 'config.json'), dockerConfig(registry.host));
    });
    afterAll(async () => {
      await registry.close();
      await rm(folder, { recursive: true });
    });

    beforeEach(async () => {
      world = await World.create(cluster);
      await world.apply([aPod(world.namespace, 'bad', { privileged: true })]);
      await cluster.apply([
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'pull', namespace: 'kubewarden' },
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': Buffer.from(dockerConfig(registry.host)).toString('base64') },
        },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'signatures', namespace: 'kubewarden' },
          data: { 'verification-config': verification, other: 'no config' },
        },
      ]);
    });
    afterEach(async () => {
      await cluster.request('DELETE', '/apis/policies.kubewarden.io/v1/policyservers/strict');
      await cluster.request('DELETE', '/api/v1/namespaces/kubewarden/secrets/pull');
      await cluster.request('DELETE', '/api/v1/namespaces/kubewarden/configmaps/signatures');
      await world.close();
    });

    const trusted = () => ({ sourceAuthorities: { [registry.host]: [authority.cert] } });

    /** What becomes of a policy, by the image of its module, when its PolicyServer says this. */
    async function scan(terms: object, ...images: readonly string[]): Promise<Record<string, string>> {
      const [server] = aPolicyServer('strict');
      await cluster.apply([{ ...server!, spec: { ...(server!['spec'] as object), ...terms } }]);
      const { namespace } = world;
      await cluster.apply(
        images.map((image) =>
          anAdmissionPolicy(image, {
            namespace,
            policyServer: 'strict',
            module: `registry://${registry.host}/team/${image}:v1`,
          }),
        ),
      );
      const { stdout, stderr, code } = await world.run(
        ['scan', '--engine', 'embedded', '-n', namespace, '-o', 'json', '--show', 'all'],
        // What the user could read does not count.
        { env: { DOCKER_CONFIG: folder } },
      );
      const { policies, results, complete } = JSON.parse(stdout) as Document;
      expect(stderr + stdout).not.toContain(dockerConfig(registry.host).split('"')[7]);
      const states = images.map((image) => {
        const { state, reason } = policies.find(({ name }) => name === image)!;
        const messages = results.filter(({ policy }) => policy.name === image).map(({ message }) => message);
        return [image, state === 'audited' ? messages.join() : `${state}: ${reason ?? ''}`] as const;
      });
      const isComplete = states.every(([, state]) => !/^errored|internal server error/.test(state));
      expect({ complete, code }).toEqual({ complete: isComplete, code: isComplete ? 1 : 3 });
      return Object.fromEntries(states);
    }

    const privileged = 'container "bad" is privileged';

    test('come with its pull secret, its authorities and its verification config', async () => {
      const terms = { ...trusted(), imagePullSecret: 'pull', verificationConfig: 'signatures' };
      expect(await scan(terms, 'signed')).toEqual({ signed: privileged });
    });

    test('do not run without the signatures that it asks for; others do', async () => {
      const terms = { ...trusted(), imagePullSecret: 'pull', verificationConfig: 'signatures' };
      expect(await scan(terms, 'unsigned')).toMatchObject({
        unsigned: expect.stringMatching(/^errored: .*it has no signatures/) as string,
      });
      expect(await scan({ ...terms, verificationConfig: undefined }, 'unsigned', 'signed')).toEqual({
        unsigned: privileged,
        signed: privileged,
      });
    });

    test('are not fetched with the logins of the user', async () => {
      expect(await scan(trusted(), 'signed')).toMatchObject({
        signed: expect.stringMatching(/^errored: .*denies access to it \(HTTP 401\)/) as string,
      });
    });

    test('do not come from a registry whose authority it does not know, unless it calls it insecure', async () => {
      const other = { [registry.host]: [(await createCertificateAuthority()).cert] };
      const terms = { imagePullSecret: 'pull', sourceAuthorities: other };
      expect(await scan(terms, 'signed')).toMatchObject({
        signed: expect.stringMatching(
          /^errored: .*its certificate was issued by an unknown authority/,
        ) as string,
      });
      expect(await scan({ ...terms, insecureSources: [registry.host] }, 'signed')).toEqual({
        signed: privileged,
      });
    });

    test.each([
      [
        'a Secret that is not there',
        { imagePullSecret: 'nope' },
        /Secret kubewarden\/nope cannot be read: .*404/,
      ],
      [
        'a ConfigMap that is not there',
        { verificationConfig: 'nope' },
        /ConfigMap kubewarden\/nope cannot be read: .*404/,
      ],
      [
        'a certificate that is none',
        { sourceAuthorities: { 'a.example': ['x'] } },
        /source_authorities "a.example": the data is not a certificate/,
      ],
    ])('do not run on terms that cannot be read: %s', async (_what, terms, why) => {
      const { signed } = await scan({ ...trusted(), imagePullSecret: 'pull', ...terms }, 'signed');
      expect(signed).toMatch(why);
      expect(signed).toMatch(/^errored: the policies of policy server "strict" cannot run here: /);
    });

    test('ask registries about images with its pull secret, too', async () => {
      const image = `${registry.host}/team/signed:v1`;
      const call = { namespace: 'oci', operation: 'v1/manifest_digest', payload: JSON.stringify(image) };
      await registry.pushModule('team/asking', 'v1', Buffer.from(relay(call, wapcMetadata)));
      const { asking } = await scan({ ...trusted(), imagePullSecret: 'pull' }, 'asking');
      expect(asking).toMatch(/\{"digest":"sha256:[\da-f]{64}"\}$/);
    });
  });
});
