import { describe, expect, it } from 'vitest';
import { configureDoctor } from '../../../src/commands/doctor/options.ts';
import { configurePolicies } from '../../../src/commands/policies/options.ts';
import { configureRbac } from '../../../src/commands/rbac/options.ts';
import { configureScan } from '../../../src/commands/scan/configure.ts';
import { scanOptions } from '../../../src/commands/scan/options.ts';
import { environmentVariable } from '../../../src/config/option.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  const checked = configureScan({}, environment);
  return checked.ok ? [] : checked.problems.flatMap(({ code, message, facts }) => [code, message, ...facts]);
}

describe('a variable that is nearly one of ours', () => {
  it.each([
    ['AUDIT_SCANNER_FAIL_ONN', 'AUDIT_SCANNER_FAIL_ON'],
    ['AUDIT_SCANNER_NAMESPCE', 'AUDIT_SCANNER_NAMESPACE'],
    ['AUDIT_SCANNER_LOGLEVEL', 'AUDIT_SCANNER_LOG_LEVEL'],
    ['audit_scanner_fail_on', 'AUDIT_SCANNER_FAIL_ON'],
    ['AUDITSCANNER_STORE', 'AUDIT_SCANNER_STORE'],
  ])('%s is refused', (name, meant) => {
    expect(problemsOf({ [name]: 'x' })).toEqual([
      'AS-2041',
      `there is no environment variable ${name}`,
      `Did you mean ${meant}?`,
    ]);
  });

  it.each([
    ['doctor', configureDoctor],
    ['rbac', configureRbac],
    ['policies', configurePolicies],
  ] as const)('is refused by %s, too', (_, configure) => {
    const checked = configure({}, { AUDIT_SCANNER_CONTXT: 'prod' }, []);
    expect(checked.ok ? [] : checked.problems.map(({ code }) => code)).toEqual(['AS-2041']);
  });

  it.each([
    'AUDIT_SCANNER_SERVICE_HOST',
    'AUDIT_SCANNER_SERVICE_PORT',
    'AUDIT_SCANNER_SERVICE_PORT_HTTPS',
    'AUDIT_SCANNER_PORT',
    'AUDIT_SCANNER_PORT_443_TCP',
    'AUDIT_SCANNER_PORT_443_TCP_ADDR',
    'AUDIT_SCANNER_PORT_443_TCP_PROTO',
    'AUDIT_SCANNER_STORE_SERVICE_HOST',
  ])('%s is what Kubernetes makes of a Service', (name) => {
    expect(problemsOf({ [name]: '10.0.0.1' })).toEqual([]);
  });

  it.each(['AUDIT_SCANNER_CACHE', 'AUDIT_SCANNER_IMAGE_TAG', 'AUDIT_SCANNER', 'MY_AUDIT_SCANNER_FAIL_ONN'])(
    '%s is none',
    (name) => {
      expect(problemsOf({ [name]: 'x' })).toEqual([]);
    },
  );

  it('is not one that is empty, or exactly one of ours', () => {
    expect(problemsOf({ AUDIT_SCANNER_FAIL_ONN: '', AUDIT_SCANNER_FAIL_ON: 'high' })).toEqual([]);
    const ours = scanOptions.map(({ name }) => environmentVariable(name));
    expect(ours.flatMap((name) => problemsOf({ [name]: 'x' })).filter((text) => text === 'AS-2041')).toEqual(
      [],
    );
  });
});
