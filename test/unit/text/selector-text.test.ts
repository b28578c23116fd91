import { describe, expect, it } from 'vitest';
import { findBrokenRequirement } from '../../../src/text/selector-text.ts';

describe('findBrokenRequirement', () => {
  it.each([
    'app',
    '!app',
    'app=api',
    'app==api',
    'app != api',
    'app=',
    'app.kubernetes.io/name=api',
    'env in (prod, qa)',
    'env notin (prod),tier=web',
    'env in (),x',
    'replicas>3',
    'a=b,c,!d,e in (f,g)',
    'info',
  ])('accepts %j', (selector) => {
    expect(findBrokenRequirement(selector)).toBeUndefined();
  });

  it.each([
    ['app=api,=x', '=x'],
    ['app=a b', 'app=a b'],
    ['a,,b', ''],
    ['env in prod', 'env in prod'],
    ['env in (prod', 'env in (prod'],
    ['-app', '-app'],
    ['Example.com/x=1', 'Example.com/x=1'],
    ['replicas>many', 'replicas>many'],
    ['a=b&limit=1', 'a=b&limit=1'],
  ])('refuses %j', (selector, broken) => {
    expect(findBrokenRequirement(selector)).toBe(broken);
  });
});
