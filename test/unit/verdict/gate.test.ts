import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { type GateConfig, judge } from '../../../src/verdict/gate.ts';
import { anOutcome } from '../cli/support.ts';

const strict: GateConfig = {
  failOn: 'any',
  maxViolations: 0,
  includeMonitor: false,
  onIncomplete: 'fail',
  exitZero: false,
};
const oneOfEach = { critical: 1, high: 2, medium: 4, low: 8, info: 16, unset: 32 };

/** Of a scan with answers, unless said otherwise. */
function gate(config: Partial<GateConfig>, { complete = true, fail = {}, evaluations = 9, error = 0 } = {}) {
  const results = { pass: evaluations - error, fail: 0, warn: 0, error, skip: 0 };
  const outcome = anOutcome({ complete }, { failBySeverity: fail, evaluations, results });
  return judge(outcome, { ...strict, ...config }, undefined);
}

describe('what counts as a violation', () => {
  it.each([
    ['critical', 33],
    ['high', 35],
    ['medium', 39],
    ['low', 47],
    ['any', 47],
    ['never', 0],
  ] as const)(
    '--fail-on %s counts %i: a policy without severity always, monitor mode not',
    (failOn, expected) => {
      expect(gate({ failOn }, { fail: oneOfEach }).violations).toBe(expected);
    },
  );

  it.each([
    ['any', 63],
    ['low', 47],
    ['never', 0],
  ] as const)('--fail-on %s --include-monitor counts %i', (failOn, expected) => {
    expect(gate({ failOn, includeMonitor: true }, { fail: oneOfEach }).violations).toBe(expected);
  });
});

describe('the verdict', () => {
  it('passes', () => {
    expect(gate({})).toEqual({
      result: 'passed',
      passed: true,
      exitCode: 0,
      failOn: 'any',
      retryable: false,
      violations: 0,
      rules: [
        { name: 'violations', threshold: 0, actual: 0, passed: true },
        { name: 'complete', threshold: true, actual: true, passed: true },
      ],
      verdict: 'PASSED: 0 violations at or above "any". Exit code 0.',
    });
  });

  it('fails and says how many of which severity', () => {
    expect(gate({}, { fail: { high: 2, medium: 1, low: 1, info: 1 } })).toEqual({
      result: 'failed',
      passed: false,
      exitCode: 1,
      failOn: 'any',
      retryable: false,
      violations: 4,
      rules: [
        { name: 'violations', threshold: 0, actual: 4, passed: false },
        { name: 'complete', threshold: true, actual: true, passed: true },
      ],
      verdict: 'FAILED: 4 violations at or above "any" (2 high, 1 medium, 1 low). Exit code 1.',
    });
  });

  it('says that it is about what a policy would add', () => {
    expect(gate({ newOnly: true }, { fail: { high: 2 } }).verdict).toBe(
      'FAILED: 2 new violations at or above "any" (2 high). Exit code 1.',
    );
  });

  it('counts one in the singular', () => {
    expect(gate({ failOn: 'high' }, { fail: { critical: 1, low: 3 } }).verdict).toBe(
      'FAILED: 1 violation at or above "high" (1 critical). Exit code 1.',
    );
  });

  it.each([
    [2, 'FAILED: 3 violations at or above "any" (3 low), 2 allowed. Exit code 1.'],
    [3, 'PASSED: 3 violations at or above "any" (3 low), 3 allowed. Exit code 0.'],
  ])('lets up to --max-violations %i through', (maxViolations, verdict) => {
    expect(gate({ maxViolations }, { fail: { low: 3 } }).verdict).toBe(verdict);
  });

  it('is no pass when something could not be looked at', () => {
    const incomplete = gate({ failOn: 'high' }, { complete: false, fail: { low: 1 } });
    expect(incomplete).toMatchObject({
      result: 'incomplete',
      passed: false,
      exitCode: 3,
      verdict:
        'INCOMPLETE: 0 violations at or above "high" in what was seen, but not everything was looked at. Exit code 3.',
    });
    expect(incomplete.rules[1]).toEqual({ name: 'complete', threshold: true, actual: false, passed: false });
  });

  it('only warns with --on-incomplete warn', () => {
    const incomplete = gate({ onIncomplete: 'warn' }, { complete: false });
    expect(incomplete).toMatchObject({
      result: 'incomplete',
      passed: false,
      exitCode: 0,
      verdict:
        'INCOMPLETE: 0 violations at or above "any" in what was seen, but not everything was looked at. Exit code 0.',
    });
    expect(incomplete.rules[1]).toEqual({ name: 'complete', threshold: false, actual: false, passed: true });
  });

  it.each([
    [errorCodes.policyServerUnreachable, { exitCode: 3, retryable: true }, 'Exit code 3.'],
    [
      errorCodes.listForbidden,
      { exitCode: 0, retryable: false },
      'Exit code 0 (--on-incomplete retryable: a retry will not help).',
    ],
  ] as const)('with --on-incomplete retryable, %s decides by what it is', (code, expected, end) => {
    const incidents = [{ error: new AuditError(code, 'missed'), scope: {}, count: 1 }];
    const outcome = anOutcome({ complete: false, incidents }, { evaluations: 9 });
    const verdict = judge(outcome, { ...strict, onIncomplete: 'retryable' }, undefined);
    expect(verdict).toMatchObject({ result: 'incomplete', passed: false, ...expected });
    expect(verdict.verdict).toMatch(/^INCOMPLETE: /);
    expect(verdict.verdict.endsWith(end)).toBe(true);
    expect(verdict.rules[1]).toEqual({ name: 'complete', threshold: true, actual: false, passed: false });
  });

  it('is definite about a violation, even when the scan is partial', () => {
    const partial = gate({}, { complete: false, fail: { low: 1 } });
    expect(partial).toMatchObject({ result: 'failed', passed: false, exitCode: 1 });
  });

  it.each([
    [{}, 3],
    [{ onIncomplete: 'warn' }, 0],
    [{ exitZero: true }, 0],
    [{ failOn: 'never', onIncomplete: 'warn' }, 0],
  ] as const)(
    'passes nothing when no policy answered, whatever the settings make of it: %j',
    (config, exitCode) => {
      const silent = gate(config, { complete: false, evaluations: 944, error: 944 });
      expect(silent).toMatchObject({ result: 'incomplete', passed: false, exitCode });
      expect(silent.verdict).toMatch(
        /^INCOMPLETE: no policy gave a verdict on anything, so nothing is known\. Exit/,
      );
    },
  );

  it('names the time limit that ended the run', () => {
    const ended = (evaluations: number) => {
      const results = { pass: evaluations, fail: 0, warn: 0, error: 0, skip: 0 };
      return judge(anOutcome({ complete: false }, { evaluations, results }), strict, { timeLimitMs: 2000 });
    };
    expect(ended(5)).toMatchObject({ result: 'incomplete', exitCode: 3 });
    expect(ended(5).verdict).toContain('but --timeout 2s ended the run before the rest');
    expect(ended(0).verdict).toContain(
      'no policy gave a verdict on anything before --timeout 2s ended the run',
    );
  });

  it('passes nothing when there was nothing to ask', () => {
    expect(gate({}, { evaluations: 0 })).toMatchObject({ result: 'none', passed: false, exitCode: 0 });
    expect(gate({}, { evaluations: 0 }).verdict).toMatch(/^NOTHING AUDITED: /);
  });

  it.each([
    [
      { complete: true, fail: { high: 1 } },
      'FAILED: 1 violation at or above "any" (1 high). Exit code 0 (--exit-zero).',
    ],
    [
      { complete: false },
      'INCOMPLETE: 0 violations at or above "any" in what was seen, but not everything was looked at. Exit code 0 (--exit-zero).',
    ],
  ])('keeps its words and loses its code with --exit-zero: %j', (state, verdict) => {
    expect(gate({ exitZero: true }, state)).toMatchObject({ exitCode: 0, verdict });
  });

  it('has no severity that fails with --fail-on never', () => {
    expect(gate({ failOn: 'never' }, { fail: oneOfEach }).verdict).toBe(
      'PASSED: no severity fails (--fail-on never). Exit code 0.',
    );
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is partial after %s', (signal, exitCode) => {
    const outcome = anOutcome({ complete: false, interrupted: true }, { failBySeverity: { high: 1 } });
    expect(judge(outcome, { ...strict, exitZero: true }, signal)).toMatchObject({
      exitCode,
      verdict: `INTERRUPTED: the results are partial; 1 violation at or above "any" (1 high) in what was seen. Exit code ${exitCode}.`,
    });
  });
});
