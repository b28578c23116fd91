import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { isRetryable, mayRetryHelp } from '../../../src/domain/retry.ts';
import { ApiStatusError } from '../../../src/kubernetes/errors.ts';
import { aPolicy } from '../../support/builders.ts';

const { reportWriteFailed, policyServerUnreachable, policySettingsInvalid, listForbidden } = errorCodes;

function answered(status: number): ApiStatusError {
  const answer = { status, explanation: 'no', continueToken: undefined };
  return new ApiStatusError(errorCodes.apiRequestFailed, 'the API server said no', answer);
}

describe('whether another try may help', () => {
  it.each([
    ['a server that is away', new AuditError(policyServerUnreachable, 'away'), true],
    ['settings that are not valid', new AuditError(policySettingsInvalid, 'invalid'), false],
    ['a type that may not be listed', new AuditError(listForbidden, 'forbidden'), false],
    ['a write without an answer', new AuditError(reportWriteFailed, 'no answer'), true],
    ['a write that is forbidden', new AuditError(reportWriteFailed, 'no', { cause: answered(403) }), false],
    ['a write in a conflict', new AuditError(reportWriteFailed, 'no', { cause: answered(409) }), true],
    ['an error that knows better', new AuditError(listForbidden, 'soon', { lasting: false }), true],
  ])('%s', (_what, error, expected) => {
    expect(mayRetryHelp(error)).toBe(expected);
  });
});

describe('whether another run may see more', () => {
  const incidentOf = (code: typeof listForbidden | typeof policyServerUnreachable) => ({
    error: new AuditError(code, 'missed'),
    scope: {},
    count: 1,
  });
  const failure = { policy: aPolicy('strict'), code: policySettingsInvalid, message: 'invalid', count: 3 };

  it.each([
    ['nothing is missed', { complete: true, incidents: [], evaluationFailures: [] }, false],
    ['it was cut short', { complete: false, incidents: [], evaluationFailures: [] }, true],
    [
      'only what lasts is missed',
      { complete: false, incidents: [incidentOf(listForbidden)], evaluationFailures: [failure] },
      false,
    ],
    [
      'one thing of several passes',
      { complete: false, incidents: [incidentOf(policyServerUnreachable)], evaluationFailures: [failure] },
      true,
    ],
  ])('%s', (_what, outcome, expected) => {
    expect(isRetryable(outcome)).toBe(expected);
  });
});
