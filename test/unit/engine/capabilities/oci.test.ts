import { describe, expect, it } from 'vitest';
import { createHostCapabilities } from '../../../../src/assembly/host-capabilities.ts';
import type { ImageRegistry, ImageVerification } from '../../../../src/engine/capabilities/image-registry.ts';
import type { ObjectReader } from '../../../../src/engine/capabilities/object-reader.ts';

const never = new AbortController().signal;

/** Answers with what it was asked. */
function createRegistry(): ImageRegistry & { readonly asked: (string | ImageVerification)[] } {
  const asked: (string | ImageVerification)[] = [];
  const note = <T>(what: string | ImageVerification, answer: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  return {
    asked,
    manifestDigest: (image) => note(image, 'sha256:1'),
    manifest: (image) => note(image, Buffer.from('{"schemaVersion":2}')),
    manifestAndConfig: (image) =>
      note(image, { manifest: Buffer.from('{"m":1.0}'), digest: 'sha256:1', config: Buffer.from('{"c":1}') }),
    verify: (request) => note(request, { digest: 'sha256:1' }),
  };
}

function createCapabilities(images: ImageRegistry | undefined) {
  const noObjects: ObjectReader = {
    findType: () => Promise.reject(new Error('no types')),
    list: () => {
      throw new Error('no objects');
    },
    get: () => Promise.reject(new Error('no objects')),
    canI: () => Promise.reject(new Error('no access reviews')),
  };
  const now = (): Date => new Date(0);
  return createHostCapabilities({ objects: noObjects, findImageRegistry: () => images, offline: true, now })
    .hostCapabilities;
}

async function call(registry: ImageRegistry | undefined, operation: string, payload: unknown) {
  const capabilities = createCapabilities(registry);
  const asked = { policy: 'p', namespace: 'oci', operation, payload: Buffer.from(JSON.stringify(payload)) };
  return Buffer.from(await capabilities.call(asked, never)).toString();
}

const image = 'busybox';
const complete = 'docker.io/library/busybox:latest';
const trusted = '{"is_trusted":true,"digest":"sha256:1"}';
const pubKeys = { image, pub_keys: ['key'], annotations: null };
const keyless = { image, keyless: [{ issuer: 'i', subject: 's' }], annotations: { a: 'b' } };

describe('what a policy asks about images', () => {
  it.each([
    ['v1/manifest_digest', image, '{"digest":"sha256:1"}', complete],
    ['v1/oci_manifest', image, '{"schemaVersion":2}', complete],
    [
      'v1/oci_manifest_config',
      image,
      '{"manifest":{"m":1.0},"digest":"sha256:1","config":{"c":1}}',
      complete,
    ],
    [
      'v1/verify',
      { SigstorePubKeyVerify: pubKeys },
      trusted,
      { type: 'SigstorePubKeyVerify', pub_keys: ['key'] },
    ],
    [
      'v1/verify',
      { SigstoreKeylessVerify: keyless },
      trusted,
      { type: 'SigstoreKeylessVerify', keyless: keyless.keyless, annotations: { a: 'b' } },
    ],
    [
      'v2/verify',
      { type: 'SigstorePubKeyVerify', ...pubKeys },
      trusted,
      { type: 'SigstorePubKeyVerify', pub_keys: ['key'] },
    ],
    [
      'v2/verify',
      { type: 'SigstoreKeylessPrefixVerify', image, keyless_prefix: [{ issuer: 'i', url_prefix: 'u' }] },
      trusted,
      { type: 'SigstoreKeylessPrefixVerify', keyless_prefix: [{ issuer: 'i', url_prefix: 'u' }] },
    ],
    [
      'v2/verify',
      { type: 'SigstoreGithubActionsVerify', image, owner: 'o', repo: null },
      trusted,
      { type: 'SigstoreGithubActionsVerify', owner: 'o' },
    ],
    [
      'v2/verify',
      { type: 'SigstoreCertificateVerify', image, certificate: [1], require_rekor_bundle: true },
      trusted,
      { type: 'SigstoreCertificateVerify', certificate: [1], require_rekor_bundle: true },
    ],
  ])('%s %j', async (operation, payload, answer, asked) => {
    const registry = createRegistry();
    expect(await call(registry, operation, payload)).toBe(answer);
    expect(registry.asked).toEqual([typeof asked === 'string' ? asked : { ...asked, image: complete }]);
  });

  it.each([
    [
      'v1/manifest_digest',
      {},
      'the request cannot be read: image: Invalid input: expected string, received object',
    ],
    ['v1/manifest_digest', 'Not An Image', 'invalid reference format'],
    ['v1/verify', { SigstoreGithubActions: {} }, 'unknown variant `SigstoreGithubActions`'],
    ['v1/verify', [], 'unknown variant `undefined`'],
    ['v2/verify', { type: [{ toString: null }], image }, 'unknown variant `object`'],
    ['v1/verify', 1, 'the request cannot be read: it is no JSON object'],
    ['v2/verify', pubKeys, 'unknown variant `undefined`'],
    [
      'v2/verify',
      { type: 'SigstorePubKeyVerify', image },
      'the request cannot be read: missing field `pub_keys`',
    ],
    ['v2/verify', { type: 'SigstoreCertificateVerify', image, certificate: [256] }, 'certificate.0: '],
  ])('%s refuses %j', async (operation, payload, why) => {
    const registry = createRegistry();
    await expect(call(registry, operation, payload)).rejects.toThrow(why);
    expect(registry.asked).toEqual([]);
  });

  it('is asked once, by whatever name', async () => {
    const registry = createRegistry();
    const capabilities = createCapabilities(registry);
    const digestOf = async (name: string): Promise<Uint8Array> =>
      capabilities.call(
        {
          policy: 'p',
          namespace: 'oci',
          operation: 'v1/manifest_digest',
          payload: Buffer.from(JSON.stringify(name)),
        },
        never,
      );
    await Promise.all(['busybox', 'docker.io/busybox', 'busybox:latest'].map(digestOf));
    await digestOf('busybox');
    expect(registry.asked).toEqual([complete]);
  });

  it('is asked again when it failed', async () => {
    const answers = [Promise.reject(new Error('503')), Promise.resolve('sha256:1')];
    const registry = {
      ...createRegistry(),
      manifestDigest: () => answers.shift() ?? Promise.reject(new Error()),
    };
    await expect(call(registry, 'v1/manifest_digest', image)).rejects.toThrow('503');
    expect(await call(registry, 'v1/manifest_digest', image)).toBe('{"digest":"sha256:1"}');
  });

  it('has no answer without a registry', async () => {
    await expect(call(undefined, 'v1/manifest_digest', image)).rejects.toThrow(
      'the registry of busybox is not available offline',
    );
  });
});
