import { describe, expect, it } from 'vitest';
import { configureDoctor } from '../../../../src/commands/doctor/options.ts';
import { configurePolicies } from '../../../../src/commands/policies/options.ts';
import { configureRbac } from '../../../../src/commands/rbac/options.ts';
import { scanOptions } from '../../../../src/commands/scan/options.ts';
import type { Checked } from '../../../../src/config/config.ts';
import type { OptionSpec } from '../../../../src/config/option.ts';
import { looks } from '../../../support/looks.ts';

function messages(checked: Checked<unknown>): readonly string[] {
  return checked.ok ? [] : checked.problems.map(({ message }) => message);
}

describe('the options of commands that look at a scan', () => {
  it.each(Object.entries(looks))('%s shares them with scan, but for its own', (_, { groups, own }) => {
    const scan: readonly OptionSpec[] = scanOptions;
    const options = groups.flatMap((group) => group.options);
    expect(options.filter((option) => !scan.includes(option))).toEqual(own);
    const shorts = options.flatMap(({ short }) => short ?? []);
    expect(new Set(shorts).size).toBe(shorts.length);
  });
});

describe('configurePolicies', () => {
  it('takes the name as the filter of the scan that is looked at', () => {
    expect(configurePolicies({ kubewardenNamespace: ['kw'] }, {}, ['no-*'])).toMatchObject({
      ok: true,
      value: {
        name: 'no-*',
        output: 'table',
        scan: { policies: { include: ['no-*'] }, kubewardenNamespace: 'kw' },
      },
    });
  });

  it('reads the environment of the flags that it has, and of no others', () => {
    const env = {
      AUDIT_SCANNER_CONTEXT: 'kind',
      AUDIT_SCANNER_OUTPUT: 'sarif=x',
      AUDIT_SCANNER_STORE: 'true',
    };
    expect(configurePolicies({}, env, [])).toMatchObject({
      ok: true,
      value: { output: 'table', scan: { context: 'kind', store: false } },
    });
  });

  it('looks at a scan of files where policies are files, with and without manifests', () => {
    expect(configurePolicies({ policies: ['p'] }, {}, [])).toMatchObject({
      value: { scan: { files: { paths: [] }, policySources: { installed: false, files: { paths: ['p'] } } } },
    });
    expect(configurePolicies({ manifests: ['d', '-'] }, { AUDIT_SCANNER_POLICIES: 'p' }, [])).toMatchObject({
      value: { scan: { files: { paths: ['d', '-'] }, policySources: { files: { paths: ['p'] } } } },
    });
    const both = configurePolicies({ policies: ['cluster', 'p'] }, {}, []);
    expect(both).toMatchObject({
      value: { scan: { policySources: { installed: true, files: { paths: ['p'] } } } },
    });
    expect(both).not.toHaveProperty('value.scan.files');
  });

  it('tells everything that is wrong at once', () => {
    expect(
      messages(configurePolicies({ output: ['yaml'], scope: ['x'], asGroup: ['g'] }, {}, ['a', 'b'])),
    ).toEqual([
      'invalid value "yaml" for --output',
      'invalid value "x" for --scope',
      '--as-group needs --as',
      'unexpected argument "b"',
    ]);
    expect(messages(configurePolicies({ manifests: ['d'] }, {}, []))).toHaveLength(1);
  });
});

describe('configureDoctor', () => {
  it('is about the scan with the same flags', () => {
    const flags = { store: ['true'], reportKind: ['policyreport'], as: ['ana'], evaluate: ['true'] };
    expect(configureDoctor(flags, {}, [])).toMatchObject({
      value: {
        evaluate: true,
        output: 'table',
        scan: { store: true, reportKind: 'policyreport', impersonation: { user: 'ana', groups: [] } },
      },
    });
  });

  it('refuses what scan refuses, and words', () => {
    expect(messages(configureDoctor({ store: ['true'], includeKinds: ['pods'] }, {}, ['x']))).toEqual([
      '--store cannot be combined with --include-kinds',
      'unexpected argument "x"',
    ]);
  });
});

describe('configureRbac', () => {
  it.each([
    [undefined, { namespace: 'kw', name: 'audit-scanner' }],
    ['scanner', { namespace: 'kw', name: 'scanner' }],
    ['security/scanner.v2', { namespace: 'security', name: 'scanner.v2' }],
  ])('service account %s', (given, serviceAccount) => {
    const flags = { kubewardenNamespace: ['kw'], ...(given !== undefined && { serviceAccount: [given] }) };
    expect(configureRbac(flags, {}, [])).toMatchObject({ value: { missing: false, serviceAccount } });
  });

  it.each(['', 'a/b/c', 'Ana', '-x', '/x', 'x/'])('refuses the service account "%s"', (given) => {
    expect(configureRbac({ serviceAccount: [given] }, {}, []).ok).toBe(false);
  });

  it('grants to one of the two', () => {
    const both = configureRbac({ serviceAccount: ['x'], missing: ['true'] }, {}, []);
    expect(messages(both)).toEqual([
      '--missing is about the current user and --service-account about another',
    ]);
  });
});
