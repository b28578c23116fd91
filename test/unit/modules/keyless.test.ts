import { describe, expect, it } from 'vitest';
import { readTrustRoot } from '../../../src/modules/keyless.ts';
import { digestOf, type Repository } from '../../../src/modules/registry.ts';
import { requireSignatures } from '../../../src/modules/signatures.ts';
import { parseVerificationConfig } from '../../../src/modules/verification-config.ts';
import { createSigstore, type KeylessSignature, type SignatureAnnotations } from '../../support/sigstore.ts';

const { signal } = new AbortController();
const image = digestOf(Buffer.from('the manifest'));
const sigstore = await createSigstore();
const stranger = await createSigstore();
/** Its clocks are ahead, so that nothing of it is valid now, as with what has expired. */
const later = await createSigstore(new Date(Date.now() + 100 * 24 * 60 * 60 * 1000));
const verifyKeyless = await readTrustRoot(sigstore.trustRoot);

const actions = 'https://token.actions.githubusercontent.com';
const workflow = 'https://github.com/org/policies/.github/workflows/release.yml@refs/tags/v1';
const release: KeylessSignature = { issuer: actions, subject: workflow, repository: 'org/policies' };

function payloadOf(digest: string, optional: object | null = null): Buffer {
  const type = 'cosign container image signature';
  return Buffer.from(
    JSON.stringify({
      critical: { identity: {}, image: { 'docker-manifest-digest': digest }, type },
      optional,
    }),
  );
}

/** A repository with one signature, made of this payload and perhaps laid beside another one. */
function repositoryWith(payload: Buffer, annotations: SignatureAnnotations): Repository {
  const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
  const bytes = Buffer.from(
    JSON.stringify({ layers: [{ mediaType, digest: digestOf(payload), annotations }] }),
  );
  return {
    findManifest: () => Promise.resolve({ bytes, digest: digestOf(bytes) }),
    readManifest: () => Promise.reject(new Error('nobody reads it')),
    readBlob: () => Promise.resolve(payload),
  };
}

type Case = {
  readonly who?: KeylessSignature;
  readonly from?: typeof sigstore;
  readonly root?: typeof sigstore;
  readonly payload?: Buffer;
  readonly stored?: Buffer;
  readonly change?: (annotations: SignatureAnnotations) => Readonly<Record<string, string | undefined>>;
};

async function verify(requirement: object, given: Case = {}): Promise<string> {
  const { who = release, from = sigstore, root, payload = payloadOf(image), stored, change } = given;
  const annotations = await from.sign(payload, who);
  const changed = JSON.parse(JSON.stringify(change?.(annotations) ?? annotations)) as SignatureAnnotations;
  const verification = parseVerificationConfig({ apiVersion: 'v1', allOf: [requirement] });
  return requireSignatures(image, verification, {
    repository: repositoryWith(stored ?? payload, changed),
    verifyKeyless: root === undefined ? verifyKeyless : await readTrustRoot(root.trustRoot),
    signal,
  }).then(
    () => 'verified',
    (error: unknown) => (error as Error).message,
  );
}

const byOrg = { kind: 'githubAction', owner: 'org' };
const prefix = (urlPrefix: string, issuer = actions) => ({
  kind: 'genericIssuer',
  issuer,
  subject: { urlPrefix },
});
const equal = (subject: string, issuer = actions) => ({
  kind: 'genericIssuer',
  issuer,
  subject: { equal: subject },
});

describe('a keyless signature', () => {
  it.each([
    ['a workflow of the owner', byOrg, {}],
    ['a workflow of the repository', { ...byOrg, repo: 'policies' }, {}],
    ['the very subject', equal(workflow), {}],
    ['a prefix of the subject', prefix('https://github.com/org'), {}],
    ['a prefix with a slash', prefix('https://github.com/org/policies/'), {}],
    [
      'another issuer',
      equal('https://ci.example.com/job', 'https://i'),
      {
        who: { issuer: 'https://i', subject: 'https://ci.example.com/job' },
      },
    ],
    [
      'annotations',
      { ...byOrg, annotations: { env: 'stable' } },
      { payload: payloadOf(image, { env: 'stable' }) },
    ],
    [
      'a certificate that was valid when the log saw the signature, though it is not now',
      byOrg,
      {
        from: later,
        root: later,
      },
    ],
  ] satisfies [string, object, Case][])('counts for %s', async (_what, requirement, given) => {
    expect(await verify(requirement, given)).toBe('verified');
  });

  const found = `; it has one of ${workflow} at ${actions}`;
  const invalid = '; it has a keyless one that is not valid: ';

  it.each([
    ['another owner', { kind: 'githubAction', owner: 'organisation' }, {}, found],
    ['an owner with another case', { kind: 'githubAction', owner: 'Org' }, {}, found],
    ['another repository', { ...byOrg, repo: 'other' }, {}, found],
    ['a workflow without its repository', byOrg, { who: { issuer: actions, subject: workflow } }, found],
    [
      'a repository that another issuer names',
      byOrg,
      { who: { ...release, issuer: 'https://i' } },
      ' at https://i',
    ],
    ['a repository with more parts', byOrg, { who: { ...release, repository: 'org/a/b' } }, found],
    ['another issuer', equal(workflow, 'https://i'), {}, found],
    ['another subject', equal(`${workflow}x`), {}, found],
    ['a part of the subject', equal('https://github.com/org/'), {}, found],
    [
      'an organisation whose name only begins so',
      prefix('https://github.com/org'),
      { who: { issuer: actions, subject: 'https://github.com/organisation-evil/policies/x.yml' } },
      'one of https://github.com/organisation-evil/policies/x.yml',
    ],
    [
      'a user of another host that looks like it',
      prefix('https://github.com'),
      { who: { issuer: actions, subject: 'https://github.com@evil.example.com/org/x' } },
      'one of https://github.com@evil.example.com/org/x',
    ],
    ['other annotations', { ...byOrg, annotations: { env: 'test' } }, {}, 'with env=test; it has one of'],
    [
      'another image',
      byOrg,
      { payload: payloadOf(digestOf(Buffer.from('another'))) },
      'of GitHub Actions of org',
    ],
    [
      'another image than was signed',
      byOrg,
      { payload: payloadOf(digestOf(Buffer.from('another'))), stored: payloadOf(image) },
      invalid,
    ],
    ['a payload that was changed', byOrg, { stored: payloadOf(image, { env: 'x' }) }, invalid],
    ['an authority that is not trusted', byOrg, { from: stranger }, invalid],
    ['a certificate that no log knows', byOrg, { who: { ...release, withoutCertificateLog: true } }, invalid],
    [
      'a certificate that had expired by then',
      byOrg,
      { who: { ...release, loggedAfterMinutes: 11 } },
      invalid,
    ],
    ['a certificate that was not valid yet', byOrg, { who: { ...release, loggedAfterMinutes: -1 } }, invalid],
    [
      'no word of a log',
      byOrg,
      { change: (given) => ({ ...given, 'dev.sigstore.cosign/bundle': undefined }) },
      `${invalid}no transparency log has recorded it`,
    ],
    [
      'no promise of the log',
      byOrg,
      { change: inBundle((bundle) => ({ ...bundle, SignedEntryTimestamp: '' })) },
      invalid,
    ],
    [
      'a time that the log did not say',
      byOrg,
      {
        who: { ...release, loggedAfterMinutes: 11 },
        change: inBundle((bundle) => ({
          ...bundle,
          Payload: { ...bundle.Payload, integratedTime: bundle.Payload.integratedTime - 600 },
        })),
      },
      invalid,
    ],
    [
      'a certificate that is none',
      byOrg,
      { change: (given) => ({ ...given, 'dev.sigstore.cosign/certificate': 'x' }) },
      `${invalid}its certificate cannot be read`,
    ],
    [
      'a signature of somebody else',
      byOrg,
      { change: (given) => ({ ...given, 'dev.cosignproject.cosign/signature': 'AAAA' }) },
      invalid,
    ],
  ] satisfies [string, object, Case, string][])(
    'does not count for %s',
    async (_what, requirement, given, why) => {
      const said = await verify(requirement, given);
      expect(said).toMatch(/^it is not signed as required: no valid signature of /);
      expect(said).toContain(why);
    },
  );

  it('counts for nobody without a trust root', async () => {
    const payload = payloadOf(image);
    const repository = repositoryWith(payload, await sigstore.sign(payload, release));
    const verification = parseVerificationConfig({ apiVersion: 'v1', allOf: [byOrg] });
    await expect(requireSignatures(image, verification, { repository, signal })).rejects.toThrow(
      'no valid signature of GitHub Actions of org; keyless ones are only trusted with --sigstore-trust-root',
    );
  });
});

type Bundle = { SignedEntryTimestamp: string; Payload: { integratedTime: number } };

function inBundle(change: (bundle: Bundle) => object): NonNullable<Case['change']> {
  const name = 'dev.sigstore.cosign/bundle';
  return (given) => ({ ...given, [name]: JSON.stringify(change(JSON.parse(given[name] ?? '') as Bundle)) });
}

it.each([
  '',
  '{}',
  '[]',
  '{"certificateAuthorities":[],"tlogs":[],"ctlogs":[]}',
  '{"tlogs":[{}],"ctlogs":[{}],"certificateAuthorities":[{}]}',
])('no trust root is %s', async (content) => {
  await expect(readTrustRoot(content)).rejects.toThrow('it is no trusted root of Sigstore');
});
