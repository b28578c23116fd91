import { describe, expect, it } from 'vitest';
import { choosePolicy } from '../../../../src/commands/explain/choose-policy.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { formatPolicy } from '../../../../src/domain/policy.ts';
import { aPolicy } from '../../../support/builders.ts';

const broken = new AuditError(errorCodes.policyInvalid, 'it has no shape');
const listed = {
  policies: [
    aPolicy('alone'),
    aPolicy('limits', { kind: 'AdmissionPolicy', namespace: 'payments' }),
    aPolicy('limits', { kind: 'AdmissionPolicy', namespace: 'shop' }),
    aPolicy('limits', { kind: 'ClusterAdmissionPolicyGroup' }),
    aPolicy('as-3101'),
  ],
  broken: [{ name: 'AdmissionPolicy/shop/odd', error: broken }],
};

function errorOf(text: string): AuditError {
  try {
    choosePolicy(text, listed);
  } catch (thrown) {
    if (thrown instanceof AuditError) return thrown;
  }
  throw new Error(`${text} names a policy`);
}

describe('the policy that a word names', () => {
  it.each([
    ['alone', 'ClusterAdmissionPolicy/alone'],
    ['clusterwide-alone', 'ClusterAdmissionPolicy/alone'],
    ['clusteradmissionpolicy/alone', 'ClusterAdmissionPolicy/alone'],
    ['payments/limits', 'AdmissionPolicy/payments/limits'],
    ['AdmissionPolicy/shop/limits', 'AdmissionPolicy/shop/limits'],
    ['ClusterAdmissionPolicyGroup/limits', 'ClusterAdmissionPolicyGroup/limits'],
    ['ClusterAdmissionPolicy/as-3101', 'ClusterAdmissionPolicy/as-3101'],
  ])('%s: %s', (text, policy) => {
    expect(formatPolicy(choosePolicy(text, listed))).toBe(policy);
  });

  it('is not guessed where there are several: it says which', () => {
    expect(errorOf('limits')).toMatchObject({
      code: 'AS-2001',
      message: '"limits" names 3 policies',
      tries: [
        'audit-scanner explain AdmissionPolicy/payments/limits',
        'audit-scanner explain AdmissionPolicy/shop/limits',
        'audit-scanner explain ClusterAdmissionPolicyGroup/limits',
      ],
    });
  });

  it('is the nearest one for somebody who misspelt it', () => {
    const { code, message, facts } = errorOf('alnoe');
    expect({ code, message }).toEqual({ code: 'AS-2031', message: 'there is no policy "alnoe"' });
    expect(facts[0]).toBe('Did you mean "alone"?');
  });

  it.each(['odd', 'shop/odd', 'AdmissionPolicy/shop/odd'])(
    '%s is broken, and the message says so',
    (text) => {
      expect(errorOf(text)).toBe(broken);
    },
  );
});
