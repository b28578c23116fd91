import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestOf, type Repository } from '../../../src/modules/registry.ts';
import { requireSignatures } from '../../../src/modules/signatures.ts';
import { parseVerificationConfig } from '../../../src/modules/verification-config.ts';

const { signal } = new AbortController();
const image = digestOf(Buffer.from('the manifest'));
const ana = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ben = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const eve = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

type Signed = {
  readonly by: { readonly privateKey: KeyObject };
  readonly payload?: unknown;
  readonly mediaType?: string;
  /** What lies in the registry in place of what was signed. */
  readonly lies?: string;
};

function payloadOf(digest: string, optional: object | null = null): object {
  const type = 'cosign container image signature';
  return { critical: { identity: {}, image: { 'docker-manifest-digest': digest }, type }, optional };
}

/** A repository that has nothing but signatures. */
function signaturesBy(...signed: readonly Signed[]): Repository {
  const blobs = new Map<string, Buffer>();
  const layers = signed.map(({ by, payload = payloadOf(image), lies, mediaType }) => {
    const bytes = Buffer.from(JSON.stringify(payload));
    const isEd25519 = by.privateKey.asymmetricKeyType === 'ed25519';
    const hash = by.privateKey.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
    const signature = sign(isEd25519 ? null : hash, bytes, by.privateKey).toString('base64');
    const stored = lies === undefined ? bytes : Buffer.from(lies);
    blobs.set(digestOf(stored), stored);
    return {
      mediaType: mediaType ?? 'application/vnd.dev.cosign.simplesigning.v1+json',
      digest: digestOf(stored),
      annotations: { 'dev.cosignproject.cosign/signature': signature },
    };
  });
  const bytes = Buffer.from(JSON.stringify({ layers }));
  const findManifest: Repository['findManifest'] = (version) =>
    Promise.resolve(
      signed.length > 0 && version === `${image.replace(':', '-')}.sig`
        ? { bytes, digest: digestOf(bytes) }
        : undefined,
    );
  return {
    findManifest,
    readManifest: () => Promise.reject(new Error('nobody reads it')),
    readBlob: (digest) => Promise.resolve(blobs.get(digest) ?? Buffer.alloc(0)),
  };
}

function pem({ publicKey }: { readonly publicKey: KeyObject }): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

const pubKey = (by: { readonly publicKey: KeyObject }, more: object = {}) => ({
  kind: 'pubKey',
  key: pem(by),
  ...more,
});
const keyless = { kind: 'githubAction', owner: 'kubewarden' };
const other = payloadOf(digestOf(Buffer.from('another manifest')));
const stable = payloadOf(image, { env: 'stable', creator: 'x' });
const nested = payloadOf(image, { env: { stable: true } });

async function verify(config: object, ...signed: readonly Signed[]): Promise<string> {
  const verification = parseVerificationConfig({ apiVersion: 'v1', ...config });
  return requireSignatures(image, verification, { repository: signaturesBy(...signed), signal }).then(
    () => 'verified',
    (error: unknown) => (error as Error).message,
  );
}

it.each([
  ['a signature with ECDSA and P-256', { allOf: [pubKey(ana)] }, [{ by: ana }]],
  ['a signature with ECDSA and P-384', { allOf: [pubKey(ben)] }, [{ by: ben }]],
  ['a signature with Ed25519', { allOf: [pubKey(eve)] }, [{ by: eve }]],
  ['a signature with RSA', { allOf: [pubKey(rsa)] }, [{ by: rsa }]],
  ['all of several', { allOf: [pubKey(ana), pubKey(ben)] }, [{ by: ben }, { by: eve }, { by: ana }]],
  ['one of several', { anyOf: { signatures: [pubKey(ana), pubKey(ben)] } }, [{ by: ben }]],
  ['one that is not keyless', { anyOf: { signatures: [keyless, pubKey(ben)] } }, [{ by: ben }]],
  [
    'two of three',
    { anyOf: { minimumMatches: 2, signatures: [pubKey(ana), pubKey(ben), pubKey(eve)] } },
    [{ by: eve }, { by: ana }],
  ],
  [
    'annotations among others',
    { allOf: [pubKey(ana, { annotations: { env: 'stable' } })] },
    [{ by: ana, payload: stable }],
  ],
])('accepts %s', async (_what, config, signed) => {
  expect(await verify(config, ...signed)).toBe('verified');
});

const unsigned = /^it is not signed as required: no valid signature of the key sha256:[\da-f]{12}…/;

it.each([
  ['no signature at all', { allOf: [pubKey(ana)] }, [], /^it has no signatures where cosign 2 stores them/],
  ['a signature of somebody else', { allOf: [pubKey(ana)] }, [{ by: ben }], unsigned],
  ['one signature too few', { allOf: [pubKey(ana), pubKey(ben)] }, [{ by: ben }], unsigned],
  ['a signature of another image', { allOf: [pubKey(ana)] }, [{ by: ana, payload: other }], unsigned],
  ['a signature of no image', { allOf: [pubKey(ana)] }, [{ by: ana, payload: { a: 1 } }], unsigned],
  [
    'a text that was not signed',
    { allOf: [pubKey(ana)] },
    [{ by: ana, payload: other, lies: JSON.stringify(payloadOf(image)) }],
    unsigned,
  ],
  ['a layer of another type', { allOf: [pubKey(ana)] }, [{ by: ana, mediaType: 'text/plain' }], unsigned],
  [
    'another annotation',
    { allOf: [pubKey(ana, { owner: 'ana', annotations: { env: 'test' } })] },
    [{ by: ana, payload: stable }],
    /of ana's key sha256:.* with env=test$/,
  ],
  [
    'an annotation that is no text',
    { allOf: [pubKey(ana, { annotations: { env: '[object Object]' } })] },
    [{ by: ana, payload: nested }],
    unsigned,
  ],
  [
    'one of the two that are needed',
    { anyOf: { minimumMatches: 2, signatures: [pubKey(ana), pubKey(ben)] } },
    [{ by: ana }, { by: ana }],
    /^it has 1 of the 2 required signatures: no valid signature of the key/,
  ],
  [
    'what only a keyless signature could show',
    { allOf: [keyless] },
    [{ by: ana }],
    /of GitHub Actions of kubewarden; keyless ones are only trusted with --sigstore-trust-root$/,
  ],
  [
    'an issuer that cannot be asked',
    { allOf: [{ kind: 'genericIssuer', issuer: 'https://i', subject: { equal: 'a@b' } }] },
    [{ by: ana }],
    /of a@b at https:\/\/i; keyless ones are only trusted with --sigstore-trust-root$/,
  ],
  [
    'what satisfies only half of the config',
    { allOf: [pubKey(ana)], anyOf: { signatures: [pubKey(ben)] } },
    [{ by: ana }],
    /^it has 0 of the 1 required signatures/,
  ],
])('refuses %s', async (_what, config, signed, message) => {
  expect(await verify(config, ...signed)).toMatch(message);
});
