import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrust, parseAttestation, readSigningKey, signStatement } from '../../../src/signatures/index.ts';
import { readIdentityToken } from '../../../src/signatures/keyless/identity-token.ts';
import { readSigningConfig, signKeyless } from '../../../src/signatures/keyless/index.ts';
import { describeWithSigstore, runSigstore } from '../../support/attestations.ts';
import { runInProcess } from '../../support/in-process.ts';
import { newSigningKeys } from '../../support/signing-keys.ts';
import {
  type Answer,
  makeToken,
  type Named,
  paths,
  startSigstoreServices,
} from '../../support/sigstore-services.ts';

const folder = await mkdtemp(join(tmpdir(), 'keyless-'));
const at = (name: string): string => join(folder, name);
const services = await startSigstoreServices();
const stranger = (await ask(paths.certificate, {
  credentials: { oidcIdentityToken: makeToken() },
  publicKeyRequest: { publicKey: { content: newSigningKeys('ECDSA P-256').public } },
})) as object;
const otherEntry = (await ask(paths.log, {
  spec: {
    proposedContent: {
      envelope: JSON.stringify({ payload: 'e30=', signatures: [{ sig: 'AAAA' }] }),
      verifiers: ['AAAA'],
    },
  },
})) as object;
const who = { subject: 'https://example.com/audit', issuer: 'https://issuer.example.com' };

beforeEach(async () => {
  await writeFile(at('config.json'), services.signingConfig());
  await writeFile(at('trusted_root.json'), services.trustRoot());
});
afterEach(() => {
  for (const path of Object.values(paths)) services.answerInstead(path);
});
afterAll(async () => {
  await services.close();
  await rm(folder, { recursive: true });
});

/** Of no result. */
function sign(named?: Named, deadlineMs = 20_000): Promise<string> {
  return signKeyless(
    { _type: 'x' },
    {
      token: readIdentityToken(makeToken()),
      services: readSigningConfig(services.signingConfig(named), Date.now()),
    },
    { env: {}, patience: { deadlineMs, attempts: 2, pauseMs: 10 } },
  );
}

type LogEntryJson = {
  readonly inclusionProof: { rootHash: string; treeSize: string; readonly checkpoint: { envelope: string } };
};

function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${services.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function ask(path: string, body: object): Promise<unknown> {
  return (await post(path, body)).json();
}

type Signing = {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly named?: Named;
};

async function scan({ flags = [], env = { SIGSTORE_ID_TOKEN: makeToken() }, named }: Signing = {}) {
  if (named !== undefined) await writeFile(at('config.json'), services.signingConfig(named));
  return runInProcess(
    [
      ...['demo', '-o', `json=${at('result.json')}`, '-q', '--attest', at('evidence.json')],
      ...['--sigstore-signing-config', at('config.json'), ...flags],
    ],
    { env },
  );
}

async function verify(named?: Named, evidence = 'evidence.json') {
  await writeFile(at('trusted_root.json'), services.trustRoot(named));
  return runInProcess([
    ...['verify-evidence', at(evidence), at('result.json')],
    ...['--certificate-identity', who.subject, '--certificate-oidc-issuer', who.issuer],
    ...['--sigstore-trust-root', at('trusted_root.json')],
  ]);
}

describe('evidence that an identity signs', () => {
  it.each<[string, Named]>([
    ['a log and a timestamp', {}],
    ['a log', { timestamps: false }],
    ['a timestamp', { log: false }],
  ])('is verified with %s', async (_, named) => {
    const { code, stderr } = await scan({ named });
    expect([code, stderr]).toEqual([0, '']);
    const text = await readFile(at('evidence.json'), 'utf8');
    expect(text.trim().split('\n')).toHaveLength(1);
    const verified = await verify(named);
    expect([verified.code, verified.stderr]).toEqual([0, '']);
    expect(verified.stdout).toContain(`by ${who.subject}, of ${who.issuer}`);
    expect(verified.stdout).toContain('VERIFIED');
  });
});

describe('what a Fulcio and a timestamp authority of Sigstore have signed, which have no logs', () => {
  it('is verified, and not without the timestamp', async () => {
    const path = new URL('../../recorded/fulcio.json', import.meta.url);
    const { bundle, trustRoot } = JSON.parse(await readFile(path, 'utf8')) as {
      readonly bundle: { readonly verificationMaterial: object };
      readonly trustRoot: object;
    };
    const verifyBundle = await openTrust({ root: JSON.stringify(trustRoot), logsAreOptional: true });
    expect(verifyBundle(parseAttestation(JSON.stringify(bundle)).json)).toMatchObject({
      subject: 'https://kubernetes.io/namespaces/audit/serviceaccounts/scanner',
      issuer: 'http://127.0.0.1:18080',
    });
    const verificationMaterial = { ...bundle.verificationMaterial, timestampVerificationData: {} };
    const without = parseAttestation(JSON.stringify({ ...bundle, verificationMaterial }));
    expect(() => verifyBundle(without.json)).toThrow('expected 1 timestamps, got 0');
    await expect(openTrust({ root: JSON.stringify(trustRoot) })).rejects.toThrow('tlogs and ctlogs');
  });
});

describeWithSigstore('the library of others', () => {
  it.each<[string, Named]>([
    ['a log and a timestamp', {}],
    ['a log', { timestamps: false }],
    ['a timestamp', { log: false }],
  ])('verifies our evidence with %s', async (_, named) => {
    expect(await scan({ named })).toMatchObject({ code: 0 });
    await writeFile(at('trusted_root.json'), services.trustRoot(named));
    const check = (artifact: string, ...by: readonly string[]) =>
      runSigstore('identity', at('evidence.json'), at('trusted_root.json'), at(artifact), ...by);
    expect(await check('result.json', who.subject, who.issuer)).toContain('/attestation/audit/v1');
    expect(await check('config.json', who.subject, who.issuer)).toContain('do not match digests');
    expect(await check('result.json', who.issuer, who.issuer)).toContain('no matching CertificateIdentity');
  });
});

describe('a bundle that an identity has signed', () => {
  it.each<[string, Named]>([
    ['a log', { timestamps: false }],
    ['a log and a timestamp', {}],
  ])(
    'is refused with a byte of it changed: %s',
    async (_, named) => {
      const text = await sign(named);
      const verifyBundle = await openTrust({ root: services.trustRoot(named) });
      const isTaken = (changed: string): boolean => {
        try {
          return verifyBundle(parseAttestation(changed).json).subject === who.subject;
        } catch {
          return false;
        }
      };
      expect(isTaken(text)).toBe(true);
      const bytes = Buffer.from(text);
      // Nobody signs the whole frame of a timestamp.
      const frame = /"signedTimestamp":"[^"]*"/.exec(text)?.[0] ?? '';
      const [from, to] = [bytes.indexOf(frame || '!none'), bytes.indexOf(frame || '!none') + frame.length];
      for (let place = 0; place < bytes.length; place += 13) {
        if (place >= from && place < to) continue;
        const changed = Buffer.from(bytes);
        changed[place] = bytes[place]! ^ 1;
        expect(isTaken(changed.toString()), `byte ${place}`).toBe(false);
      }
    },
    120_000,
  );

  it.each<[string, (entry: LogEntryJson) => void]>([
    ['another root of its tree', (entry) => (entry.inclusionProof.rootHash = 'AAAA')],
    ['another size of its tree', (entry) => (entry.inclusionProof.treeSize = '2')],
    [
      'a place that nobody has signed',
      (entry) => Object.assign(entry, { inclusionPromise: undefined, integratedTime: '0' }),
    ],
    [
      'a time that nobody has signed',
      (entry) => Object.assign(entry, { inclusionPromise: undefined, logIndex: '0' }),
    ],
    ['more behind its checkpoint', (entry) => (entry.inclusionProof.checkpoint.envelope += '\n')],
  ])('is none with %s', async (_, change) => {
    const bundle = JSON.parse(await sign()) as {
      readonly verificationMaterial: { readonly tlogEntries: readonly [LogEntryJson] };
    };
    change(bundle.verificationMaterial.tlogEntries[0]);
    expect(() => parseAttestation(JSON.stringify(bundle))).toThrow(/of its log|its log has not signed/);
  });
});

describe('a timestamp of what a key has signed', () => {
  it('counts with a trust root, and is said to need one without', async () => {
    const keys = newSigningKeys();
    await writeFile(at('audit.pub'), keys.public);
    const bundle = JSON.parse(signStatement({ _type: 'x' }, readSigningKey(keys.private))) as {
      readonly verificationMaterial: object;
      readonly dsseEnvelope: { readonly signatures: readonly [{ readonly sig: string }] };
    };
    const signature = Buffer.from(bundle.dsseEnvelope.signatures[0].sig, 'base64');
    const stamped = async (text: Uint8Array): Promise<void> => {
      const artifactHash = createHash('sha256').update(text).digest('base64');
      const answer = await post(paths.timestamp, { artifactHash, hashAlgorithm: 'sha256' });
      const signedTimestamp = Buffer.from(await answer.arrayBuffer()).toString('base64');
      const verificationMaterial = {
        ...bundle.verificationMaterial,
        timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp }] },
      };
      await writeFile(at('stamped.json'), JSON.stringify({ ...bundle, verificationMaterial }));
    };
    const check = (...flags: readonly string[]) =>
      runInProcess(['verify-evidence', at('stamped.json'), '--key', at('audit.pub'), ...flags]);
    const root = ['--sigstore-trust-root', at('trusted_root.json')];
    await stamped(signature);
    // What was signed is no evidence, which is found out once the signature holds.
    expect(await check()).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('only with --sigstore-trust-root') as string,
    });
    expect(await check(...root)).toMatchObject({
      code: 3,
      stdout: expect.not.stringContaining('--sigstore-trust-root') as string,
    });
    await stamped(Buffer.from('something else'));
    expect(await check()).toMatchObject({ code: 3 });
    expect(await check(...root)).toMatchObject({ code: 1 });
  });
});

describe('who signs', () => {
  it('is said by a file before the environment, and by the environment before GitHub', async () => {
    await writeFile(at('token'), `${makeToken({ sub: 'https://example.com/file' })}\n`);
    const env = { SIGSTORE_ID_TOKEN: makeToken({ sub: 'https://example.com/environment' }), ...gitHub() };
    await scan({ flags: ['--attest-identity-token', at('token')], env, named: {} });
    expect((await verify()).stderr).toContain('was signed by https://example.com/file, of');
    await scan({ env });
    expect((await verify()).stderr).toContain('was signed by https://example.com/environment, of');
  });

  it('is asked of GitHub when the scan has ended, for the audience sigstore', async () => {
    const asked: string[] = [];
    services.answerInstead('/token?api-version=1&audience=sigstore', (request, response) => {
      asked.push(request.headers.authorization ?? '');
      response.end(JSON.stringify({ value: makeToken() }));
    });
    const { code, stderr } = await scan({ env: gitHub(), named: {} });
    expect([code, stderr, asked]).toEqual([0, '', ['Bearer secret-of-the-runner']]);
    expect((await verify()).code).toBe(0);
  });

  it.each<[string, Signing, string]>([
    ['without a token', { env: {} }, 'needs an identity token, and there is none'],
    ['without its file', { flags: ['--attest-identity-token', at('none')] }, 'it does not exist'],
    ['with something else', { env: { SIGSTORE_ID_TOKEN: 'hello' } }, 'it is no identity token'],
    [
      'with a token that has ended',
      { env: { SIGSTORE_ID_TOKEN: makeToken({ exp: 1 }) } },
      'it ended at 1970',
    ],
    [
      'with an address that nobody has verified',
      { env: { SIGSTORE_ID_TOKEN: makeToken({ email: 'a@example.com' }) } },
      'an address that its issuer has not verified',
    ],
    [
      'with a key besides',
      { flags: ['--attest-key', at('key')] },
      '--attest-key and --sigstore-signing-config',
    ],
  ])('has to be known before the scan begins: %s', async (_, given, expected) => {
    const before = services.requests.length;
    const { code, stderr } = await scan(given);
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)]);
    expect(services.requests).toHaveLength(before);
  });

  it('is not said to a signing config that cannot be used', async () => {
    await writeFile(
      at('broken.json'),
      '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json"}',
    );
    const { code, stderr } = await scan({ flags: ['--sigstore-signing-config', at('broken.json')] });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('only application/vnd.dev.sigstore.signingconfig.v0.2'),
    ]);
  });

  function gitHub() {
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${services.url}/token?api-version=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret-of-the-runner',
    };
  }
});

function secretIn(body: string): string {
  const { credentials } = JSON.parse(body) as {
    readonly credentials: { readonly oidcIdentityToken: string };
  };
  return credentials.oidcIdentityToken.split('.')[2]!;
}

describe('a service that does not sign', () => {
  const token = makeToken();
  const secret = token.split('.')[2]!;

  it.each<[string, string, Answer, string]>([
    [
      'an authority that refuses the token',
      paths.certificate,
      (_, response, body) =>
        response.writeHead(401).end(JSON.stringify({ message: `not for me: ${secretIn(body)} ${body}` })),
      'the certificate authority at',
    ],
    [
      'an authority that redirects',
      paths.certificate,
      (_, response) => response.writeHead(307, { location: `${services.url}/elsewhere` }).end(),
      'it redirects (HTTP 307)',
    ],
    [
      'an authority with the certificate of another',
      paths.certificate,
      (_, response) => response.end(JSON.stringify(stranger)),
      'a certificate of another key',
    ],
    [
      'an authority of no JSON',
      paths.certificate,
      (_, response) => response.end('<html>'),
      'has no certificate',
    ],
    [
      'a log that refuses',
      paths.log,
      (_, response) => response.writeHead(400).end(),
      'the transparency log at',
    ],
    ['a log of no JSON', paths.log, (_, response) => response.end('<html>'), 'the transparency log at'],
    [
      'a log with the entry of another',
      paths.log,
      (_, response) => response.end(JSON.stringify(otherEntry)),
      'its entry is of another signature',
    ],
    [
      'an authority for timestamps with a page of HTML',
      paths.timestamp,
      (_, response) => response.end('<html>'),
      'its answer is no timestamp of what was signed',
    ],
  ])('costs the evidence and not the result: %s', async (_, path, answer, expected) => {
    await rm(at('result.json'), { force: true });
    await rm(at('evidence.json'), { force: true });
    const before = services.requests.length;
    services.answerInstead(path, answer);
    const { code, stdout, stderr } = await scan({ env: { SIGSTORE_ID_TOKEN: token }, named: {} });
    expect([code, stderr]).toEqual([3, expect.stringContaining(expected)]);
    expect(stderr).toContain('AS-5307');
    expect(stdout + stderr).not.toContain(secret.slice(0, 12));
    expect(JSON.parse(await readFile(at('result.json'), 'utf8'))).toHaveProperty('results');
    await expect(readFile(at('evidence.json'))).rejects.toThrow('ENOENT');
    expect(services.requests.slice(before).map((one) => one.path)).not.toContain('/elsewhere');
  });

  it('is said to have refused the token, and what was in it', async () => {
    services.answerInstead(paths.certificate, (_, response) => response.writeHead(401).end());
    const { stderr } = await scan({ env: { SIGSTORE_ID_TOKEN: makeToken({ aud: ['vault'] }) } });
    expect(stderr).toContain('issued by https://issuer.example.com for vault.');
  });
});

describe('a service that is waited for', () => {
  it.each([
    ['the certificate authority', paths.certificate],
    ['the transparency log', paths.log],
    ['the timestamp authority', paths.timestamp],
  ])('has an end: %s', async (what, path) => {
    services.answerInstead(path, () => undefined);
    await expect(sign({}, 2000)).rejects.toThrow(
      new RegExp(`^the evidence could not be signed: ${what} at .*: no answer within 2 s$`),
    );
  });

  it.each([paths.certificate, paths.log, paths.timestamp])(
    'is asked again where it was busy: %s',
    async (path) => {
      let times = 0;
      services.answerInstead(path, (_, response) => {
        times += 1;
        services.answerInstead(path);
        response.writeHead(503).end();
      });
      await expect(sign()).resolves.toContain('"mediaType"');
      expect(times).toBe(1);
    },
  );
});
