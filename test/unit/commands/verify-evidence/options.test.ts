import { describe, expect, it } from 'vitest';
import { configureScan } from '../../../../src/commands/scan/index.ts';
import { configureVerify } from '../../../../src/commands/verify-evidence/options.ts';

function problemsOf(checked: {
  readonly ok: boolean;
  readonly problems?: readonly Error[];
}): readonly string[] {
  return checked.problems?.map(({ message }) => message) ?? [];
}

describe('verify-evidence', () => {
  const by = { certificateIdentity: ['me'], certificateOidcIssuer: ['https://issuer.example.com'] };
  const root = { sigstoreTrustRoot: ['root.json'] };

  it('has evidence, results, and who has to have signed', () => {
    expect(configureVerify({ key: ['a.pub'] }, {}, ['e.json', 'r.json', 'r.sarif'])).toEqual({
      ok: true,
      value: {
        evidence: 'e.json',
        results: ['r.json', 'r.sarif'],
        signer: { key: 'a.pub', trustRoot: undefined, identity: undefined },
        output: 'text',
      },
    });
    expect(configureVerify({ ...by, ...root }, {}, ['e.json'])).toMatchObject({
      value: {
        signer: { identity: { subject: 'me', issuer: 'https://issuer.example.com' }, trustRoot: 'root.json' },
      },
    });
  });

  it.each([
    [{}, ['e.json'], 'needs to know whose signature to expect'],
    [{ key: ['a.pub'] }, [], 'needs the file with the EVIDENCE'],
    [{ key: ['a.pub'], ...by, ...root }, ['e.json'], '--key and --certificate-identity contradict'],
    [by, ['e.json'], 'needs --sigstore-trust-root'],
    [{ certificateIdentity: ['me'], ...root }, ['e.json'], 'need each other'],
    [root, ['e.json'], 'needs to know whose signature to expect'],
    [{ key: ['a.pub'], output: ['yaml'] }, ['e.json'], 'yaml'],
  ])('%# is refused', (flags, words, expected) => {
    expect(problemsOf(configureVerify(flags, {}, words)).join('\n')).toContain(expected);
  });
});

describe('scan --attest', () => {
  const attest = { attest: ['e.json'], attestKey: ['a.key'] };

  it('needs a key and a result', () => {
    expect(configureScan({ ...attest, output: ['json=r.json'] }, {})).toMatchObject({
      value: { attest: { file: 'e.json', signer: { kind: 'key', path: 'a.key' } } },
    });
    expect(configureScan({ ...attest, output: ['json'] }, {}).ok).toBe(true);
  });

  it('needs the services of an identity in place of a key', () => {
    const keyless = { attest: ['e.json'], output: ['json=r.json'], sigstoreSigningConfig: ['s.json'] };
    const signer = { kind: 'identity', signingConfig: 's.json' };
    expect(configureScan(keyless, {})).toMatchObject({
      value: { attest: { signer: { ...signer, token: undefined } } },
    });
    expect(configureScan({ ...keyless, attestIdentityToken: ['t'] }, {})).toMatchObject({
      value: { attest: { signer: { ...signer, token: 't' } } },
    });
  });

  it.each([
    [
      { attest: ['e.json'], output: ['json=r.json'] },
      '--attest needs --attest-key or --sigstore-signing-config',
    ],
    [{ attestKey: ['a.key'] }, '--attest-key needs --attest'],
    [{ sigstoreSigningConfig: ['s.json'] }, '--sigstore-signing-config needs --attest'],
    [{ ...attest, output: ['json'], attestIdentityToken: ['t'] }, '--attest-key and --attest-identity-token'],
    [
      { attest: ['e.json'], output: ['json'], attestIdentityToken: ['t'] },
      '--attest-identity-token needs --sigstore-signing-config',
    ],
    [{ ...attest, output: ['sarif=r.sarif'] }, '--attest needs -o json'],
    [{ ...attest, output: ['json=e.json'] }, 'e.json can hold one output only'],
    [
      { ...attest, output: ['json'], compare: ['true'], policies: ['p.yaml'] },
      '--compare and --attest contradict',
    ],
  ])('%# is refused', (flags, expected) => {
    expect(problemsOf(configureScan(flags, {})).join('\n')).toContain(expected);
  });
});
