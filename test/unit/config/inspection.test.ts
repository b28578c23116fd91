import { describe, expect, it } from 'vitest';
import { configurePolicies } from '../../../src/config/inspection.ts';
import { inspectionOptions } from '../../../src/config/inspection-options.ts';
import { scanOptions } from '../../../src/config/scan-options.ts';

function messages(checked: ReturnType<typeof configurePolicies>): readonly string[] {
  return checked.ok ? [] : checked.problems.map(({ message }) => message);
}

describe('the options of the inspections', () => {
  it.each(Object.entries(inspectionOptions))(
    '%s shares them with scan, but for its own',
    (_, { groups, own }) => {
      const options = groups.flatMap((group) => group.options);
      expect(options.filter((option) => !scanOptions.includes(option))).toEqual(own);
      const shorts = options.flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size).toBe(shorts.length);
    },
  );
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
      value: { scan: { files: { policies: ['p'], paths: [] } } },
    });
    expect(configurePolicies({ manifests: ['d', '-'] }, { AUDIT_SCANNER_POLICIES: 'p' }, [])).toMatchObject({
      value: { scan: { files: { policies: ['p'], paths: ['d', '-'] } } },
    });
  });

  it('tells everything that is wrong at once', () => {
    expect(
      messages(configurePolicies({ output: ['yaml'], scope: ['x'], asGroup: ['g'] }, {}, ['a', 'b'])),
    ).toEqual([
      'invalid value "yaml" for --output',
      'invalid value "x" for --scope',
      '--as-group needs --as',
      '"b" is one word too many',
    ]);
    expect(messages(configurePolicies({ manifests: ['d'] }, {}, []))).toHaveLength(1);
  });
});
