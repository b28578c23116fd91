import { describe, expect, it } from 'vitest';
import { findSelectorError, matchesSelector } from '../../../src/domain/selector.ts';

describe('matchesSelector', () => {
  const labels = { env: 'prod', tier: '' };

  it.each([
    [undefined, true],
    [{}, true],
    [{ matchLabels: { env: 'prod' } }, true],
    [{ matchLabels: { env: 'prod', tier: 'x' } }, false],
    [{ matchLabels: { constructor: 'Object' } }, false],
    [{ matchExpressions: [{ key: 'env', operator: 'In', values: ['dev', 'prod'] }] }, true],
    [{ matchExpressions: [{ key: 'absent', operator: 'In', values: [''] }] }, false],
    [{ matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] }, false],
    [{ matchExpressions: [{ key: 'absent', operator: 'NotIn', values: ['x'] }] }, true],
    [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'toString', operator: 'Exists' }] }, false],
    [{ matchExpressions: [{ key: 'absent', operator: 'DoesNotExist' }] }, true],
    [{ matchLabels: { env: 'prod' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  ] as const)('%j gives %s', (selector, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });
});

describe('findSelectorError', () => {
  it.each([
    [{ key: 'a', operator: 'In', values: ['x'] }, undefined],
    [{ key: 'a', operator: 'Exists' }, undefined],
    [{ key: 'a', operator: 'NotIn' }, 'operator "NotIn" of key "a" needs values'],
    [
      { key: 'a', operator: 'DoesNotExist', values: ['x'] },
      'operator "DoesNotExist" of key "a" takes no values',
    ],
    [{ key: 'a', operator: 'exists' }, '"exists" is not a valid label selector operator (key "a")'],
  ] as const)('%j', (requirement, expected) => {
    expect(findSelectorError({ matchExpressions: [requirement] })).toBe(expected);
  });
});
