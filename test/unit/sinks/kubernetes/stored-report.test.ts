import { expect, it } from 'vitest';
import { readStoredReport } from '../../../../src/sinks/kubernetes/stored-report.ts';

const scope = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid', resourceVersion: '5' };

it('takes a report to be about an object in its own namespace', () => {
  const metadata = { name: 'uid', namespace: 'shop', uid: 'report-uid', resourceVersion: '7' };
  const report = readStoredReport({ metadata, scope: { ...scope, namespace: 'payments' } });

  expect(report).toMatchObject({ ...metadata, subject: { ...scope, namespace: 'shop' } });
});

it('takes a cluster report to be about a cluster-scoped object', () => {
  const { namespace, subject } = readStoredReport({
    metadata: { name: 'uid' },
    scope: { ...scope, namespace: 'shop' },
  });

  expect(namespace).toBeUndefined();
  expect(subject).toStrictEqual({ ...scope, namespace: undefined });
});

it('reads nothing out of a report of an odd shape', () => {
  const report = readStoredReport({ metadata: { name: 7 }, scope: 'x' });

  expect(report).toMatchObject({
    namespace: undefined,
    name: '',
    uid: '',
    resourceVersion: '',
    subject: { apiVersion: '', kind: '', namespace: undefined, name: '', uid: '', resourceVersion: '' },
  });
});
