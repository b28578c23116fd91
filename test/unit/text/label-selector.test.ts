import { describe, expect, it } from 'vitest';
import { decideSelector, findSelectorError, matchesSelector } from '../../../src/text/label-selector.ts';

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

describe('decideSelector', () => {
  const name = 'kubernetes.io/metadata.name';
  const labels = { [name]: 'shop' };

  it.each([
    [{}, 'yes'],
    [{ matchLabels: { [name]: 'shop' } }, 'yes'],
    [{ matchLabels: { [name]: 'bank' } }, 'no'],
    [{ matchLabels: { env: 'prod' } }, 'unknown'],
    [{ matchLabels: { env: 'prod', [name]: 'shop' } }, 'unknown'],
    [{ matchLabels: { env: 'prod', [name]: 'bank' } }, 'no'],
    [{ matchExpressions: [{ key: name, operator: 'In', values: ['a', 'shop'] }] }, 'yes'],
    [{ matchExpressions: [{ key: name, operator: 'NotIn', values: ['shop'] }] }, 'no'],
    [{ matchExpressions: [{ key: name, operator: 'NotIn', values: ['bank'] }] }, 'yes'],
    [{ matchExpressions: [{ key: name, operator: 'Exists' }] }, 'yes'],
    [{ matchExpressions: [{ key: name, operator: 'DoesNotExist' }] }, 'no'],
    [{ matchExpressions: [{ key: 'env', operator: 'In', values: ['prod'] }] }, 'unknown'],
    [{ matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] }, 'unknown'],
    [{ matchExpressions: [{ key: 'env', operator: 'Exists' }] }, 'unknown'],
    [{ matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] }, 'unknown'],
  ] as const)('%j gives %s where only the name is known', (selector, expected) => {
    expect(decideSelector(selector, labels, (key) => key === name)).toBe(expected);
  });
});
