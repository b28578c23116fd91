import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type CapabilityParts, createHostCapabilities } from '../../../src/assembly/host-capabilities.ts';
import type { ImageRegistry, ImageVerification } from '../../../src/engine/capabilities/image-registry.ts';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { buildSdkPolicy, SdkUnavailable } from '../../sdk/build.mjs';
import { issueCertificate } from '../../support/certificate-chain.ts';
import { single, startEngine } from './engine.ts';
import { readManifests } from './manifests.ts';

/* What Kubewarden's own SDK for Go sends and understands. */

let wasm: Uint8Array = new Uint8Array();
const unavailable = await buildSdkPolicy().then(
  async (path) => {
    wasm = withMetadata(await readFile(path), { ...wapcMetadata, executionMode: 'wasi' });
    return undefined;
  },
  (error: unknown) => {
    if (error instanceof SdkUnavailable) return error;
    throw error;
  },
);
if (unavailable !== undefined) console.error(`SKIPPED: policies on the SDK, because ${unavailable.message}`);

const manifests = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: prices, namespace: shop, labels: {tier: gold}}, data: {unit: kg}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: stock, namespace: shop}, data: {count: "3"}}
`;

const contextAwareResources = ['ConfigMap', 'Namespace'].map((kind) => ({ apiVersion: 'v1', kind }));

async function tell(settings: object, parts: Partial<CapabilityParts> = {}): Promise<string> {
  const objects = readManifests(manifests);
  const now = (): Date => new Date('2030-01-01T00:00:00Z');
  const engine = await startEngine(
    { p: single(wasm, { settings, contextAwareResources, hostCapabilities: ['*'] }) },
    {
      ...createHostCapabilities({
        objects,
        findImageRegistry: () => undefined,
        offline: false,
        now,
        ...parts,
      }),
      timeoutMs: 20_000,
    },
  );
  expect(engine.refused).toEqual({});
  return ((await engine.ask('p')) as { status: { message: string } }).status.message;
}

function namesOf(list: string): readonly string[] {
  const { items } = JSON.parse(list) as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata: { name } }) => name);
}

describe.skipIf(unavailable !== undefined)('a policy on the SDK for Go', () => {
  it('reads lists and objects', async () => {
    expect(namesOf(await tell({ ask: 'config maps', namespace: 'shop' }))).toEqual(['prices', 'stock']);
    expect(
      namesOf(await tell({ ask: 'config maps', namespace: 'shop', label_selector: 'tier=gold' })),
    ).toEqual(['prices']);
    expect(namesOf(await tell({ ask: 'namespaces' }))).toEqual(['shop']);
    expect(JSON.parse(await tell({ ask: 'namespace', name: 'shop' }))).toMatchObject({
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { team: 'web' } },
    });
    expect(await tell({ ask: 'namespace', name: 'x' })).toBe(
      `error: Callback evaluation failure: Cannot find v1/Namespace named 'x' inside of namespace 'None'`,
    );
  });

  it('looks up hosts', async () => {
    expect(JSON.parse(await tell({ ask: 'host', name: '127.0.0.1' }))).toEqual(['127.0.0.1']);
  });

  it('has certificates checked', async () => {
    const root = await issueCertificate('root');
    const leaf = await issueCertificate('leaf', { issuer: root, authority: false });
    const certificates = [leaf.pem, root.pem];
    expect(JSON.parse(await tell({ ask: 'certificate', certificates }))).toEqual({
      trusted: true,
      reason: '',
    });
    expect(
      JSON.parse(await tell({ ask: 'certificate', certificates, not_after: '2050-01-01T00:00:00Z' })),
    ).toEqual({ trusted: false, reason: 'Certificate is being used after its expiration date' });
  });

  const image = 'docker.io/library/busybox:latest';
  const digest = 'sha256:1';
  const config = { architecture: 'arm64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } };
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] };
  const asked: (string | ImageVerification)[] = [];
  const note = <T>(what: string | ImageVerification, answer: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  const images: ImageRegistry = {
    manifestDigest: (name) => note(name, digest),
    manifest: (name) => note(name, Buffer.from(JSON.stringify(index))),
    manifestAndConfig: (name) =>
      note(name, {
        manifest: Buffer.from('{"schemaVersion":2,"layers":[]}'),
        digest,
        config: Buffer.from(JSON.stringify(config)),
      }),
    verify: (request) => note(request, { digest }),
  };

  it.each([
    ['digest', image, digest],
    ['manifest', image, { image: null, index }],
    ['config', image, expect.objectContaining({ digest }) as unknown],
    ['verify v1 keys', { type: 'SigstorePubKeyVerify', image, pub_keys: ['key'] }, undefined],
    [
      'verify v2 keys',
      { type: 'SigstorePubKeyVerify', image, pub_keys: ['key'], annotations: { a: 'b' } },
      undefined,
    ],
    ['verify v2 actions', { type: 'SigstoreGithubActionsVerify', image, owner: 'owner' }, undefined],
    [
      'verify v2 certificate',
      {
        type: 'SigstoreCertificateVerify',
        image,
        certificate: [...Buffer.from('certificate')],
        require_rekor_bundle: true,
      },
      undefined,
    ],
    [
      'verify v2 keyless',
      { type: 'SigstoreKeylessVerify', image, keyless: [{ issuer: 'i', subject: 's' }] },
      undefined,
    ],
  ])('asks about images: %s', async (ask, request, answer = { is_trusted: true, digest }) => {
    asked.length = 0;
    const told = JSON.parse(
      await tell({ ask, image: 'busybox' }, { findImageRegistry: () => images }),
    ) as unknown;
    expect(asked).toEqual([request]);
    expect(told).toEqual(answer);
  });
});
