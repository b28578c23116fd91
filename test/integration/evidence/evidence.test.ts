import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../../src/evidence/index.ts';
import { readSigningKey, signStatement } from '../../../src/signatures/index.ts';
import { describeWithSigstore, runSigstore } from '../../support/attestations.ts';
import { runInProcess } from '../../support/in-process.ts';
import { keyKinds, newSigningKeys } from '../../support/signing-keys.ts';
import { createSigstore, type KeylessSignature } from '../../support/sigstore.ts';

const folder = await mkdtemp(join(tmpdir(), 'evidence-'));
const at = (name: string): string => join(folder, name);
const keys = newSigningKeys();

afterAll(() => rm(folder, { recursive: true }));

beforeAll(async () => {
  await writeFile(at('audit.key'), keys.private);
  await writeFile(at('audit.pub'), keys.public);
  const { code, stderr } = await attest('evidence.json');
  expect(code, stderr).toBe(0);
}, 120_000);

function attest(evidence: string) {
  const outputs = ['-o', `json=${at('result.json')}`, '-o', `sarif=${at('result.sarif')}`];
  return runInProcess(['demo', ...outputs, '-q', '--attest', at(evidence), '--attest-key', at('audit.key')]);
}

function verify(evidence: string, ...rest: readonly string[]) {
  return runInProcess(['verify-evidence', at(evidence), '--key', at('audit.pub'), ...rest]);
}

type Bundle = {
  readonly verificationMaterial: object;
  readonly dsseEnvelope: { readonly payload: string; readonly payloadType: string };
};

async function readStatement(evidence = 'evidence.json'): Promise<Statement> {
  const { dsseEnvelope } = JSON.parse(await readFile(at(evidence), 'utf8')) as Bundle;
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()) as Statement;
}

async function signAnew(name: string, change: (statement: Statement) => object): Promise<void> {
  await writeFile(at(name), signStatement(change(await readStatement()), readSigningKey(keys.private)));
}

async function changeResult(name: string, change: (text: string) => string): Promise<string> {
  await writeFile(at(name), change(await readFile(at('result.json'), 'utf8')));
  return at(name);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

describe('a scan that is attested', () => {
  it('has evidence of its outputs, inputs, policies, modules, exceptions and end', async () => {
    const { subject, predicate } = await readStatement();
    for (const { name, digest } of [...subject, ...(predicate.inputs ?? [])])
      expect(digest.sha256, name).toBe(sha256(await readFile(name)));
    expect(subject.map(({ name }) => name)).toEqual([at('result.json'), at('result.sarif')]);
    expect(predicate.inputs).toHaveLength(4);
    expect(predicate).toMatchObject({
      exitCode: 0,
      cluster: null,
      gate: { result: 'failed' },
      run: { complete: false },
    });
    expect(predicate.exceptions).toHaveLength(1);
    for (const { modules, uid, generation, state } of predicate.policies) {
      expect([uid, generation]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), 1]);
      const [use] = modules ?? [];
      const module = await readFile(new URL(use?.reference ?? ''));
      expect(use?.digest?.sha256).toBe(state === 'audited' ? sha256(module) : undefined);
    }
  });

  it('is verified with its outputs, whatever their format', async () => {
    const { code, stdout, stderr } = await verify('evidence.json', at('result.json'), at('result.sarif'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('byte for byte');
    expect(stdout.trim().split('\n').at(-1)).toBe(`VERIFIED: ${at('result.json')}, ${at('result.sarif')}`);
  });

  it('is verified alone, and says that no result was compared', async () => {
    const { code, stdout } = await verify('evidence.json');
    expect([code, stdout]).toEqual([0, expect.stringContaining('No result was given')]);
  });

  it('says as JSON what it says as text', async () => {
    const { code, stdout } = await verify('evidence.json', at('result.json'), '-o', 'json');
    const name = at('result.json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({
        verified: true,
        problems: [],
        results: [{ path: name, verified: true, name, problem: null }],
        statement: await readStatement(),
      }),
    ]);
  });

  it('is incomplete if the evidence cannot be written', async () => {
    const { code, stderr } = await runInProcess([
      ...['demo', '-o', `json=${at('other.json')}`, '-q'],
      ...['--attest', '/dev/full', '--attest-key', at('audit.key')],
    ]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('cannot write /dev/full')]);
  });

  it('does not begin with a key that cannot sign', async () => {
    const { code, stderr } = await runInProcess([
      ...['demo', '-o', `json=${at('other.json')}`, '-q'],
      ...['--attest', at('none.json'), '--attest-key', at('audit.pub')],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('it is no private key in PEM')]);
  });
});

describe('a result that is another one', () => {
  it.each([
    [
      'the gate',
      (text: string) => text.replace('"violations": 5', '"violations": 4'),
      'gate.violations: signed 5, in the file 4',
    ],
    [
      'a message',
      (text: string) => text.replace('is privileged', 'is priv1leged'),
      'policies[clusterwide-no-privileged].results.digest',
    ],
    [
      'an exception',
      (text: string) => text.replace('"state": "used"', '"state": "unused"'),
      'exceptions[0].state: signed "used"',
    ],
    [
      'the run',
      (text: string) => text.replace(/"runUID": "./, '"runUID": "!'),
      'it is the result of another run',
    ],
    ['the layout', (text: string) => JSON.stringify(JSON.parse(text)), 'it says the same in other bytes'],
    [
      'something else',
      (text: string) => text.replace('"mutating": false', '"mutating": true'),
      'that the evidence does not repeat',
    ],
    ['everything', () => 'hello', 'its digest is another one'],
  ])('is refused, and it is said that %s differs', async (_, change, expected) => {
    const path = await changeResult('changed.json', change);
    const { code, stdout, stderr } = await verify('evidence.json', path);
    expect([code, stderr]).toEqual([1, expect.stringContaining(expected)]);
    expect(stderr).toContain('AS-5305');
    expect(stdout.trim().split('\n').at(-1)).toBe(`REFUSED: ${path}`);
  });
});

describe('evidence that does not hold', () => {
  it.each<[string, (statement: Statement) => object, number, string]>([
    [
      'of something else',
      (one) => ({ ...one, predicateType: 'https://slsa.dev/provenance/v1' }),
      3,
      'of something else',
    ],
    [
      'of a newer version',
      (one) => ({ ...one, predicateType: one.predicateType.replace(/1$/, '2') }),
      3,
      'of a newer version of audit-scanner',
    ],
    ['of no statement', () => ({ hello: 1 }), 3, 'holds no in-toto statement'],
    [
      'with a part missing',
      (one) => ({ ...one, predicate: { ...one.predicate, gate: undefined } }),
      3,
      'predicate.gate',
    ],
    [
      'that does not add up',
      (one) => ({ ...one, predicate: { ...one.predicate, summary: { ...one.predicate.summary, fail: 1 } } }),
      1,
      'it counts 1 violations and, by severity, 6',
    ],
    [
      'that says something else than its result',
      (one) => ({ ...one, predicate: { ...one.predicate, gate: { ...one.predicate.gate, violations: 0 } } }),
      1,
      'gate.violations: signed 0, in the file 5',
    ],
  ])('is told, though it is signed: %s', async (_, change, expectedCode, expected) => {
    await signAnew('other.json', change);
    const { code, stderr } = await verify('other.json', at('result.json'));
    expect([code, stderr]).toEqual([expectedCode, expect.stringContaining(expected)]);
  });

  it('was signed with another key', async () => {
    await writeFile(at('stranger.pub'), newSigningKeys().public);
    const { code, stderr } = await verify('evidence.json', '--key', at('stranger.pub'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('signed with another key than that of')]);
  });

  it('was changed, and nothing is shown of what it says', async () => {
    const text = await readFile(at('evidence.json'), 'utf8');
    const bundle = JSON.parse(text) as Bundle;
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64')
      .toString()
      .replace('"failed"', '"passed"');
    const dsseEnvelope = { ...bundle.dsseEnvelope, payload: Buffer.from(payload).toString('base64') };
    await writeFile(at('forged.json'), JSON.stringify({ ...bundle, dsseEnvelope }));
    const { code, stdout, stderr } = await verify('forged.json', at('result.json'));
    expect([code, stdout, stderr]).toEqual([
      1,
      `REFUSED: ${at('forged.json')}\n`,
      expect.stringContaining('AS-5302'),
    ]);
  });

  it('was cut short', async () => {
    await writeFile(at('cut.json'), (await readFile(at('evidence.json'), 'utf8')).slice(0, -1));
    const { code, stderr } = await verify('cut.json');
    expect([code, stderr]).toEqual([1, expect.stringContaining('it was cut short')]);
  });

  it('or a result that is not there is wrong usage', async () => {
    expect((await verify('missing.json')).code).toBe(2);
    expect((await verify('evidence.json', at('missing.json'))).code).toBe(2);
  });
});

describe('evidence that an identity has signed', () => {
  const who: KeylessSignature = {
    subject: 'https://github.com/org/audit/.github/workflows/audit.yml@refs/heads/main',
    issuer: 'https://token.actions.githubusercontent.com',
  };
  const wanted = ['--certificate-identity', who.subject, '--certificate-oidc-issuer', who.issuer];

  async function check(
    change: (text: string) => string = (text) => text,
    flags: readonly string[] = wanted,
    by: KeylessSignature = who,
  ) {
    const sigstore = await createSigstore();
    await writeFile(at('trusted_root.json'), sigstore.trustRoot);
    await writeFile(at('keyless.json'), change(await sigstore.attest(await readStatement(), by)));
    const root = ['--sigstore-trust-root', at('trusted_root.json')];
    return runInProcess(['verify-evidence', at('keyless.json'), at('result.json'), ...flags, ...root]);
  }

  it('is verified', async () => {
    const { code, stdout, stderr } = await check();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`by ${who.subject}, of ${who.issuer}`);
  });

  it.each<[string, Parameters<typeof check>, string]>([
    ['of another identity', [undefined, wanted.with(1, 'https://example.com')], 'AS-5303'],
    ['of another issuer', [undefined, wanted.with(3, 'https://example.com')], 'AS-5303'],
    [
      'made when the certificate had ended',
      [undefined, wanted, { ...who, loggedAfterMinutes: 60 }],
      'AS-5303',
    ],
    [
      'that no log of certificates has seen',
      [undefined, wanted, { ...who, withoutCertificateLog: true }],
      'AS-5303',
    ],
    [
      'without a log',
      [(text) => text.replace(/"tlogEntries":\[.*\]\}(?=,"dsse)/, '"tlogEntries":[]}')],
      'AS-5303',
    ],
    ['with another statement', [(text) => text.replace(/"payload":"...../, '"payload":"AAAAA')], 'AS-5302'],
    ['that is checked with a key', [undefined, ['--key', at('audit.pub')]], 'AS-5303'],
  ])('is refused: %s', async (_, given, expected) => {
    const { code, stderr } = await check(...given);
    expect([code, stderr]).toEqual([1, expect.stringContaining(expected)]);
  });

  it('is not taken for evidence that a key has signed', async () => {
    await check();
    const root = ['--sigstore-trust-root', at('trusted_root.json')];
    const { code, stderr } = await runInProcess(['verify-evidence', at('evidence.json'), ...wanted, ...root]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('was signed with a key, not by an identity')]);
  });
});

describeWithSigstore('the libraries of others', () => {
  it.each(keyKinds)('verify our evidence that %s has signed, and we verify theirs', async (kind) => {
    const pair = newSigningKeys(kind);
    const own = await mkdtemp(at('pair-'));
    const [privateKey, key, bundle] = [join(own, 'a.key'), join(own, 'a.pub'), join(own, 'a.json')];
    const [statement, theirs] = [join(own, 'statement.json'), join(own, 'theirs.json')];
    await writeFile(privateKey, pair.private);
    await writeFile(key, pair.public);
    await writeFile(statement, JSON.stringify(await readStatement()));
    await writeFile(
      bundle,
      signStatement(JSON.parse(await readFile(statement, 'utf8')) as object, readSigningKey(pair.private)),
    );
    const { predicateType } = await readStatement();
    expect(await runSigstore('verify', bundle, key, at('result.json'))).toBe(predicateType);
    expect(await runSigstore('verify', bundle, key, at('result.sarif'))).toBe(predicateType);
    expect(await runSigstore('envelope', bundle, key)).toBe('application/vnd.in-toto+json');
    expect(await runSigstore('verify', bundle, key, at('audit.pub'))).toContain('do not match digests');

    await writeFile(theirs, await runSigstore('sign', privateKey, statement));
    const { code, stdout } = await runInProcess([
      ...['verify-evidence', theirs, at('result.json'), '--key', key],
    ]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
  });
});
