import { expect, it } from 'vitest';
import { FailureTeller } from '../../../../src/commands/scan/failure-teller.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { anObject, aPolicy, pods } from '../../../support/builders.ts';

it('tells of each different failure once with what to try, and of at most three with one code', () => {
  const said: string[] = [];
  const teller = new FailureTeller((text) => said.push(text));
  const fail = (message: string) => {
    const error = new AuditError(errorCodes.policyServerUnreachable, message, { tries: ['wait'] });
    teller.observe({
      type: 'evaluation-failed',
      object: anObject(pods, 'a/b').reference,
      policy: aPolicy('p'),
      error,
    });
  };
  for (const message of ['one', 'one', 'two', 'three', 'four']) fail(message);
  const forbidden = new AuditError(errorCodes.listForbidden, 'not allowed');
  teller.observe({ type: 'incident', incident: { error: forbidden, scope: {}, count: 1 } });
  expect(said.map((text) => text.split('\n')[0]?.replace(/ +/g, ' '))).toEqual([
    'warning: one [AS-4101]',
    'warning: two [AS-4101]',
    'warning: three [AS-4101]',
    'warning: not allowed [AS-3101]',
  ]);
  expect(said[0]).toContain('  Try: wait\n');
});
