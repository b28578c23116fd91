import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPattern } from '../../../src/text/pattern.ts';

it.each([
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['**', 'abc', true],
  ['?', '', false],
  ['?', 'a', true],
  ['a?c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'abbc', true],
  ['a*c', 'acb', false],
  ['*a*', 'bab', true],
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['*ab*ab*', 'xabyab', true],
  ['*ab*ab*', 'xaby', false],
  ['a.c', 'abc', false],
  ['[a]', 'a', false],
  ['a', 'A', false],
])('%j fits %j: %s', (pattern, text, fits) => {
  expect(createPattern(pattern)(text)).toBe(fits);
});

it('means what a regular expression would', () => {
  const pieces = (letters: string) =>
    fc.array(fc.constantFrom(...Array.from(letters)), { maxLength: 8 }).map((list) => list.join(''));
  fc.assert(
    fc.property(pieces('ab*?'), pieces('ab'), (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      expect(createPattern(pattern)(text)).toBe(expression.test(text));
    }),
    { numRuns: 2000 },
  );
});

it('does not try every way in which the stars could share a text', () => {
  expect(createPattern(`${'*a'.repeat(100)}b`)('a'.repeat(10_000))).toBe(false);
  expect(createPattern(`${'*a'.repeat(100)}*b`)('a'.repeat(10_000))).toBe(false);
});
