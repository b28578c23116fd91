import { describe, expect, it } from 'vitest';
import { requireNamedNamespaces, requireNamedPolicies } from '../../../src/assembly/named.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { NamespaceSource, PolicySource } from '../../../src/sources/source.ts';
import { aPolicy } from '../../support/builders.ts';

const { signal } = new AbortController();

describe('requireNamedPolicies', () => {
  const error = new AuditError(errorCodes.policyInvalid, 'no rules');
  const policies: PolicySource = {
    list: () =>
      Promise.resolve({
        policies: [
          aPolicy('no-privileged'),
          aPolicy('limits', { kind: 'AdmissionPolicy', namespace: 'shop' }),
        ],
        broken: [{ name: 'ClusterAdmissionPolicy/odd', error }],
      }),
  };
  const list = (...include: string[]) =>
    requireNamedPolicies(policies, { include, exclude: [] }).list(signal);

  it.each([[[]], [['no-privileged']], [['shop/limits', 'no-*']], [['clusterwide-no-privileged']], [['odd']]])(
    'lists all of them for %j',
    async (include) => {
      await expect(list(...include)).resolves.toMatchObject({ policies: [{}, {}] });
    },
  );

  it('names the flag, what there is and the nearest where one fits nothing', async () => {
    await expect(list('limits', 'no-priviledged')).rejects.toMatchObject({
      code: errorCodes.policyNotFound,
      message: '--policy no-priviledged matches no policy',
      facts: ['Did you mean "no-privileged"?', 'Known policies: limits, no-privileged, odd.'],
    });
  });
});

describe('requireNamedNamespaces', () => {
  const source: NamespaceSource = {
    list: () => Promise.resolve([{ name: 'payments', labels: {} }]),
    get: (name) => Promise.resolve(name === 'payments' ? { name, labels: {} } : undefined),
  };

  it('names the flag and the nearest where there is no such namespace', async () => {
    const named = requireNamedNamespaces(source);
    await expect(named.get('payments', signal)).resolves.toMatchObject({ name: 'payments' });
    await expect(named.get('paymets', signal)).rejects.toMatchObject({
      code: errorCodes.namespaceNotFound,
      message: 'namespace "paymets" does not exist',
      facts: ['-n names it.', 'Did you mean "payments"?'],
    });
  });

  it('does without the nearest where namespaces may not be listed', async () => {
    const forbidden = new AuditError(errorCodes.listForbidden, 'no');
    const named = requireNamedNamespaces({ ...source, list: () => Promise.reject(forbidden) });
    await expect(named.get('paymets', signal)).rejects.toMatchObject({ facts: ['-n names it.'] });
  });
});
