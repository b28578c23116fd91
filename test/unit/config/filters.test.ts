import { describe, expect, it } from 'vitest';
import { createKindFilter, createPolicyFilter } from '../../../src/config/filters.ts';
import { aPolicy, deployments, pods } from '../../support/builders.ts';

describe('createPolicyFilter', () => {
  const clusterWide = aPolicy('no-privileged');
  const namespaced = aPolicy('limits', { kind: 'AdmissionPolicy', namespace: 'shop' });

  it('accepts everything when it is empty', () => {
    expect(createPolicyFilter({ include: [], exclude: [] })(clusterWide)).toBe(true);
  });

  it.each([
    ['no-privileged', true],
    ['no-*', true],
    ['no-privilege?', true],
    ['clusterwide-no-privileged', true],
    ['privileged', false],
    ['no.privileged', false],
    ['no-privileged-pod', false],
  ])('%s', (pattern, expected) => {
    expect(createPolicyFilter({ include: [pattern], exclude: [] })(clusterWide)).toBe(expected);
  });

  it('knows a policy of a namespace by its name and by both', () => {
    const accepts = (pattern: string) => createPolicyFilter({ include: [pattern], exclude: [] })(namespaced);
    expect([
      accepts('limits'),
      accepts('shop/*'),
      accepts('namespaced-shop-limits'),
      accepts('web/*'),
    ]).toEqual([true, true, true, false]);
  });

  it('lets exclude win', () => {
    const accepts = createPolicyFilter({ include: ['no-*'], exclude: ['*privileged'] });
    expect([accepts(clusterWide), accepts(aPolicy('no-root'))]).toEqual([false, true]);
  });

  it('takes everything but * and ? as it is', () => {
    const accepts = createPolicyFilter({ include: ['a.b+(c)[d]{e}|^$\\'], exclude: [] });
    expect([accepts(aPolicy('a.b+(c)[d]{e}|^$\\')), accepts(aPolicy('aXb'))]).toEqual([true, false]);
  });
});

describe('createKindFilter', () => {
  it.each([
    ['deployments', true],
    ['deployments.apps', true],
    ['Deployment', true],
    ['deployment.apps', true],
    ['DEPLOYMENTS', true],
    ['*.apps', true],
    ['deployments.extensions', false],
    ['pods', false],
  ])('%s', (pattern, expected) => {
    expect(createKindFilter({ include: [pattern], exclude: [] })(deployments)).toBe(expected);
  });

  it('excludes', () => {
    const accepts = createKindFilter({ include: [], exclude: ['pod'] });
    expect([accepts(pods), accepts(deployments)]).toEqual([false, true]);
  });
});
