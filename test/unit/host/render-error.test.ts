import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes, toAuditError } from '../../../src/domain/errors.ts';
import { renderError } from '../../../src/host/render-error.ts';

describe('renderError', () => {
  it('says what, the facts, what to try and where to read more', () => {
    const error = new AuditError(errorCodes.policyServerUnreachable, 'cannot reach policy server "default"', {
      facts: ['https://policy-server-default.kubewarden.svc:443 - name does not resolve (ENOTFOUND)'],
      tries: [
        'kubectl -n kubewarden port-forward svc/policy-server-default 3000:443 &',
        'audit-scanner scan',
      ],
    });
    expect(renderError(error)).toBe(
      `error: cannot reach policy server "default"                                [AS-4101]
  https://policy-server-default.kubewarden.svc:443 - name does not resolve (ENOTFOUND)
  Try: kubectl -n kubewarden port-forward svc/policy-server-default 3000:443 &
       audit-scanner scan
  More: audit-scanner explain AS-4101
`,
    );
  });

  it('can warn', () => {
    const error = new AuditError(errorCodes.listForbidden, 'not allowed');
    expect(renderError(error, { level: 'warning' })).toMatch(/^warning: not allowed +\[AS-3101\]\n {2}More/);
  });

  it('keeps to eight lines and puts a long message before its code', () => {
    const many = ['1', '2', '3', '4', '5'];
    const error = new AuditError(errorCodes.listFailed, 'x'.repeat(90), { facts: many, tries: many });
    const lines = renderError(error).trimEnd().split('\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe(`error: ${'x'.repeat(90)} [AS-3103]`);
  });

  it('lets nothing through that a terminal would obey', () => {
    const hostile = 'a\u001b[31mb\u001b]0;title\u0007c\nd\u009b2Je\u202ef\u0000';
    const error = new AuditError(errorCodes.listFailed, hostile, { facts: [hostile], tries: [hostile] });
    const text = renderError(error);
    expect(text.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^error: abc def +\[AS-3103\]$/),
      '  abc def',
      '  Try: abc def',
    ]);
  });

  it('shows the chain of causes only where it is asked for', () => {
    const root = Object.assign(new Error('connect\u001b[31m refused'), { code: 'ECONNREFUSED' });
    const middle = new TypeError('fetch failed', { cause: root });
    const error = new AuditError(errorCodes.apiUnreachable, 'cannot reach the API', { cause: middle });
    expect(renderError(error)).not.toContain('fetch failed');
    expect(renderError(error, { causes: true }).split('\n').slice(-3)).toEqual([
      '  caused by: TypeError: fetch failed',
      '  caused by: Error: connect refused (ECONNREFUSED)',
      '',
    ]);
  });

  it('does not follow causes in a circle', () => {
    const circle = new Error('round');
    circle.cause = circle;
    const error = new AuditError(errorCodes.apiUnreachable, 'x', { cause: circle });
    expect(renderError(error, { causes: true }).match(/caused by/g)).toHaveLength(5);
  });

  it('calls a defect a bug and says where it is, without a path of this machine', () => {
    const text = renderError(toAuditError(new RangeError('index 7 is out of range')));
    expect(text).toMatch(
      /^error: this is a bug in audit-scanner +\[AS-9001\]\n {2}RangeError: index 7 is out of range\n/,
    );
    expect(text).not.toContain(import.meta.dirname);
  });
});
