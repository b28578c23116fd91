import { describe, expect, test } from 'vitest';
import { configureScan } from '../../../../src/commands/scan/configure.ts';
import type { FlagValues } from '../../../../src/config/index.ts';

function problemsOf(flags: FlagValues, env: Record<string, string> = {}, paths: readonly string[] = []) {
  const checked = configureScan({ contexts: ['prod,staging'], ...flags }, env, paths);
  return checked.ok ? [] : checked.problems.map(({ message }) => message);
}

describe('scan --contexts', () => {
  test('evaluates here, and is about the contexts that were named', () => {
    const checked = configureScan({ contexts: ['prod, staging', 'prod', 'test-*'] }, {}, []);
    expect(checked).toMatchObject({
      ok: true,
      value: { contexts: ['prod', 'staging', 'test-*'], engine: 'embedded', store: false },
    });
  });

  test.each<[string, FlagValues]>([
    ['--context', { context: ['a'] }],
    ['--store', { store: ['true'] }],
    ['--compare', { compare: ['true'], policies: ['new.yaml'] }],
    ['--shard', { shard: ['0/2'] }],
    ['--shards', { shards: ['2'] }],
    ['--job-uid', { jobUid: ['1234'] }],
    ['--record-host-capabilities-interactions', { recordHostCapabilitiesInteractions: ['f'] }],
    ['--replay-host-capabilities-interactions', { replayHostCapabilitiesInteractions: ['f'] }],
    ['--history', { history: ['d'], output: ['html=a.html'] }],
    ['--parallel-namespaces', { parallelNamespaces: ['1'] }],
    ['--parallel-resources', { parallelResources: ['1'] }],
    ['--parallel-policies', { parallelPolicies: ['1'] }],
    ['--metrics-file', { metricsFile: ['m.prom'] }],
    ['--pushgateway', { pushgateway: ['http://localhost:1'] }],
    ['--events', { events: ['true'] }],
    ['--policies -', { policies: ['-'] }],
    ['--baseline cluster', { baseline: ['cluster'] }],
    ['-o policyreport', { output: ['policyreport'] }],
    ['-o openreports', { output: ['openreports=a.json'] }],
    ['--engine policy-server', { engine: ['policy-server'] }],
    ['--policy-server-url', { policyServerUrl: ['https://localhost:1'] }],
    ['--load', { load: ['gentle'] }],
  ])('is not combined with %s', (flag, flags) => {
    expect(problemsOf(flags)).toContain(`--contexts and ${flag} cannot be combined`);
  });

  test('is not about files', () => {
    expect(problemsOf({ policies: ['p'] }, {}, ['deploy'])).toContain(
      '--contexts scans clusters, and PATH names files',
    );
  });

  test('reuses nothing that is not stored', () => {
    expect(problemsOf({ reuseResults: ['24h'] })).toEqual(['--reuse-results needs --store']);
  });

  test.each([[''], [' , ']])('names at least one context: %j', (text) => {
    expect(problemsOf({ contexts: [text] })).toContain('--contexts names no context');
  });

  test('the flag beats variables that mean one cluster, and those do not shard it', () => {
    const env = {
      AUDIT_SCANNER_CONTEXT: 'other',
      AUDIT_SCANNER_STORE: 'true',
      AUDIT_SCANNER_ENGINE: 'policy-server',
      AUDIT_SCANNER_POLICY_SERVER_URL: 'https://localhost:1',
      JOB_COMPLETION_INDEX: '1',
    };
    expect(problemsOf({}, env)).toEqual([]);
  });

  test('--context beats the variable that names several', () => {
    const checked = configureScan({ context: ['one'] }, { AUDIT_SCANNER_CONTEXTS: 'a,b' }, []);
    expect(checked).toMatchObject({ ok: true, value: { context: 'one' } });
    expect(checked).not.toHaveProperty('value.contexts');
  });
});
