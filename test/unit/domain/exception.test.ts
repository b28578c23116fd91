import { describe, expect, it } from 'vitest';
import {
  createExceptionMatcher,
  formatException,
  isExpired,
  type PolicyException,
} from '../../../src/domain/exception.ts';
import { anException, aPolicy } from '../../support/builders.ts';
import { aReport, aSubject } from '../sinks/report-builders.ts';

const policy = aPolicy('no-privileged', { kind: 'AdmissionPolicy', namespace: 'shop' });

function covers(patterns: Partial<PolicyException>, subject = aSubject('shop/web')): boolean {
  return createExceptionMatcher(anException({ policy: undefined, ...patterns }))({
    policy,
    report: aReport(subject, []),
  });
}

describe('what an exception covers', () => {
  it.each([
    { policy: 'no-privileged' },
    { policy: 'no-*' },
    { policy: 'shop/no-privileged' },
    { policy: 'namespaced-shop-no-privileged' },
    { kind: 'Deployment' },
    { kind: 'deployment.apps' },
    { kind: 'deployments' },
    { kind: 'DEPLOYMENTS.apps' },
    { kind: '*.apps' },
    { namespace: 'sh?p' },
    { namespace: '*' },
    { name: 'w**b' },
    { policy: 'no-privileged', kind: 'Deployment', namespace: 'shop', name: 'web' },
    {},
  ])('%j fits', (patterns) => {
    expect(covers(patterns)).toBe(true);
  });

  it.each([
    { policy: 'no-privilege' },
    { policy: 'No-privileged' },
    { kind: 'Deploy' },
    { kind: 'deployments.batch' },
    { namespace: 'shop2' },
    { namespace: 'sho' },
    { name: 'w.b' },
    { name: '[web]' },
    { policy: 'no-privileged', name: 'api' },
  ])('%j does not', (patterns) => {
    expect(covers(patterns)).toBe(false);
  });

  it('finds no namespace at a cluster-scoped object', () => {
    expect(covers({ namespace: '*' }, aSubject('legacy'))).toBe(false);
    expect(covers({ name: 'legacy', kind: 'Namespace' }, aSubject('legacy'))).toBe(true);
  });
});

describe('the end of an exception', () => {
  const end = new Date('2027-01-01T00:00:00Z');

  it('is the first moment at which it does not count', () => {
    expect(isExpired(anException({ expiresAt: end }), new Date(end.getTime() - 1))).toBe(false);
    expect(isExpired(anException({ expiresAt: end }), end)).toBe(true);
  });

  it('may never come', () => {
    expect(isExpired(anException({ expiresAt: undefined }), new Date(8.64e15))).toBe(false);
  });
});

it('is called by its patterns', () => {
  expect(
    formatException(anException({ policy: 'p*', kind: undefined, namespace: 'shop', name: 'web' })),
  ).toBe('policy p*, namespace shop, name web');
});
