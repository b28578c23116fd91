import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { describeEnd, describeFailure } from '../../../src/reports/termination-message.ts';
import { aPolicy } from '../../support/builders.ts';
import { aGate, anOutcome } from '../cli/support.ts';

describe('the message of a finished run', () => {
  it('has the verdict and the violations by severity', () => {
    const outcome = anOutcome({}, { failBySeverity: { high: 2, unset: 1 } });
    const gate = aGate({ result: 'failed', exitCode: 1, verdict: 'FAILED: 3 violations.' });
    expect(JSON.parse(describeEnd(outcome, gate))).toEqual({
      gate: 'failed',
      exitCode: 1,
      complete: true,
      fail: { high: 2, unset: 1 },
      error: 0,
      coverage: { scanned: 12, partial: 0, failed: 0, empty: 0, skipped: 0, keptReports: 0 },
      code: null,
      hint: 'FAILED: 3 violations.',
    });
  });

  it('has the first thing that was missed', () => {
    const failures = [
      { policy: aPolicy('p'), code: errorCodes.evaluationTimeout, message: 'too slow', count: 3 },
    ];
    const results = { pass: 0, fail: 0, warn: 0, error: 3, skip: 0 };
    const unanswered = anOutcome({ complete: false, evaluationFailures: failures }, { results });
    expect(JSON.parse(describeEnd(unanswered, aGate({ result: 'incomplete', exitCode: 3 })))).toMatchObject({
      gate: 'incomplete',
      exitCode: 3,
      complete: false,
      error: 3,
      code: 'AS-4103',
      hint: 'too slow',
    });
    const error = new AuditError(errorCodes.listForbidden, 'not allowed to list secrets');
    const incidents = [{ error, scope: {}, count: 1 }];
    const unlisted = anOutcome({ complete: false, incidents, evaluationFailures: failures });
    expect(JSON.parse(describeEnd(unlisted, aGate()))).toMatchObject({
      code: 'AS-3101',
      hint: 'not allowed to list secrets',
    });
  });

  it.each([['"'.repeat(9000)], ['\u00e9'.repeat(9000)], ['\u0001\n'.repeat(9000)]])(
    'fits into 4096 bytes',
    (text) => {
      const message = describeEnd(anOutcome(), aGate({ verdict: text }));
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
      expect(JSON.parse(message)).toMatchObject({ gate: 'passed' });
    },
  );
});

it('says why a run could not start, and what to try', () => {
  const error = new AuditError(errorCodes.kubewardenMissing, 'Kubewarden is not installed', {
    tries: ['do this'],
  });
  expect(JSON.parse(describeFailure(error, 4))).toEqual({
    gate: 'none',
    exitCode: 4,
    complete: false,
    retryable: false,
    fail: {},
    error: 0,
    code: 'AS-3110',
    hint: 'Kubewarden is not installed - do this',
  });
});
