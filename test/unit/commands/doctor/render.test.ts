import { describe, expect, it } from 'vitest';
import { type Check, fail, ok, skipped, warn } from '../../../../src/commands/doctor/check.ts';
import { renderChecks, renderChecksJson } from '../../../../src/commands/doctor/render.ts';
import { errorCodes } from '../../../../src/domain/errors.ts';

const checks: readonly Check[] = [
  ok('kubeconfig', 'FAIL is no name'),
  warn('certificate', { code: errorCodes.certificateExpiresSoon, detail: '3 days', fixes: ['renew it'] }),
  fail('policies', { code: errorCodes.listForbidden, detail: 'no', fixes: ['grant a', 'grant b'] }),
  fail('namespaces', { code: errorCodes.listForbidden, detail: 'no', fixes: ['grant a', 'grant b'] }),
  fail('API', { code: errorCodes.apiUnreachable, detail: 'gone\n\u001b[2Jaway' }),
  skipped('servers'),
];

describe('the screen of doctor', () => {
  it('has a line per check, then what to do, told once', () => {
    expect(renderChecks(checks, { color: false })).toBe(`CHECK         RESULT   DETAIL
kubeconfig    ok       FAIL is no name
certificate   WARN     3 days
policies      FAIL     no
namespaces    FAIL     no
API           FAIL     gone away
servers       -        not checked

FAIL policies, namespaces  [AS-3101]
  Try: grant a
       grant b
  More: audit-scanner explain AS-3101

FAIL API  [AS-3006]
  Try: audit-scanner explain AS-3006

WARN certificate  [AS-1002]
  Try: renew it
  More: audit-scanner explain AS-1002

3 problems, 1 warning. A scan now would not start, or would be incomplete.
`);
  });

  it('paints the results and nothing else', () => {
    const painted = renderChecks(checks, { color: true }).split('\n');
    expect(painted[1]).toBe('kubeconfig    \u001b[32mok\u001b[0m       FAIL is no name');
    expect(painted[6]).toBe('servers       \u001b[2m-\u001b[0m        not checked');
    expect(renderChecks(checks, { color: true }).match(/\u001b\[\d+m/g)).toHaveLength(2 * checks.length);
  });

  it.each([
    [[ok('a', 'b')], 'Ready: '],
    [[ok('a', 'b'), checks[1]!], '1 warning. Ready: '],
  ])('says whether a scan would work', (some, verdict) => {
    expect(renderChecks(some, { color: false }).trimEnd().split('\n').at(-1)).toMatch(
      new RegExp(`^${verdict}`),
    );
  });
});

describe('the JSON of doctor', () => {
  it('has every check with its fixes', () => {
    expect(JSON.parse(renderChecksJson(checks))).toMatchObject({
      kind: 'DoctorReport',
      ready: false,
      checks: [
        { name: 'kubeconfig', result: 'ok', code: null, fixes: [] },
        { result: 'warn', code: 'AS-1002', fixes: ['renew it'] },
        { result: 'fail', fixes: ['grant a', 'grant b'] },
        { result: 'fail' },
        { result: 'fail', fixes: ['audit-scanner explain AS-3006'] },
        { result: 'skipped' },
      ],
    });
    expect(JSON.parse(renderChecksJson([ok('a', 'b')]))).toMatchObject({ ready: true });
  });
});
