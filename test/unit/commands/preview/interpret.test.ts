import { describe, expect, it } from 'vitest';
import { interpretPreview } from '../../../../src/commands/preview/interpret.ts';
import { previewGroups } from '../../../../src/commands/preview/options.ts';
import { configureScan } from '../../../../src/commands/scan/configure.ts';
import type { Environment, FlagValues } from '../../../../src/config/given.ts';

function messagesOf(checked: ReturnType<typeof configureScan>): readonly string[] {
  return checked.ok ? [] : checked.problems.map(({ message }) => message);
}

function configurePreview(given: FlagValues, environment: Environment, positionals: readonly string[]) {
  const { flags, paths, problems } = interpretPreview({ flags: given, positionals });
  return problems.length > 0 ? { ok: false as const, problems } : configureScan(flags, environment, paths);
}

describe('a preview', () => {
  it('is the scan that compares the policies of its first word', () => {
    const scan = configureScan({ policies: ['new.yaml'], compare: ['true'], failOn: ['high'] }, {}, [
      'deploy',
    ]);
    expect(configurePreview({ failOn: ['high'] }, {}, ['new.yaml', 'deploy'])).toEqual(scan);
    expect(scan).toMatchObject({
      value: {
        compare: true,
        engine: 'embedded',
        policySources: { installed: true, files: { paths: ['new.yaml'] } },
        files: { paths: ['deploy'], facts: { cluster: true } },
        gate: { failOn: 'high', newOnly: true },
      },
    });
  });

  it('is none of a policy that is not named', () => {
    expect(messagesOf(configurePreview({}, {}, []))).toEqual(['there is no policy to preview']);
  });

  it.each<Environment>([
    { AUDIT_SCANNER_STORE: 'true' },
    { AUDIT_SCANNER_POLICIES: 'others' },
    { AUDIT_SCANNER_OUTPUT: 'sarif=audit.sarif' },
    { AUDIT_SCANNER_POLICY_SERVER_URL: 'https://localhost:3000' },
    { AUDIT_SCANNER_ENGINE: 'policy-server' },
    { AUDIT_SCANNER_OFFLINE: 'true' },
  ])('is not kept from it by %j, which is about scans', (environment) => {
    expect(messagesOf(configurePreview({}, environment, ['new.yaml']))).toEqual([]);
  });

  it('has no flag that says nothing of a comparison', () => {
    const names = previewGroups.flatMap(({ options }) => options.map(({ name }) => name));
    expect(names).toEqual(expect.arrayContaining(['namespace', 'facts', 'output', 'fail-on', 'exceptions']));
    for (const name of ['store', 'policies', 'policy', 'policy-server-url', 'offline'])
      expect(names).not.toContain(name);
  });
});

describe('scan --compare', () => {
  const given = { policies: ['new.yaml'], compare: ['true'] };

  it.each<[FlagValues, string]>([
    [{ compare: ['true'] }, 'there is no policy to compare with what is installed'],
    [
      { ...given, policies: ['cluster', 'new.yaml'] },
      '--compare and --policies cluster contradict each other',
    ],
    [{ ...given, policy: ['x'] }, '--compare and --policy contradict each other'],
    [{ ...given, policyServerUrl: ['https://x'] }, '--compare and --policy-server-url contradict each other'],
    [{ ...given, store: ['true'] }, '--compare and --store contradict each other'],
    [
      { ...given, engine: ['policy-server'] },
      '--engine policy-server needs --policy-server-url to ask policies of files',
    ],
    [{ ...given, output: ['junit=x'] }, 'a comparison cannot be written as junit'],
  ])('%j is refused', (flags, message) => {
    expect(messagesOf(configureScan(flags, {}))).toContain(message);
  });
});
