import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthOf, pad, wrapText } from '../../../src/reports/wrap.ts';

describe('wrapText', () => {
  it.each([
    ['', 10, ['']],
    ['short', 10, ['short']],
    ['one two three', 7, ['one two', 'three']],
    ['exactly ten', 11, ['exactly ten']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['a abcdefgh b', 4, ['a', 'abcd', 'efgh', 'b']],
    ['🙂🙂🙂', 2, ['🙂🙂', '🙂']],
  ])('%j in %i', (text, width, lines) => {
    expect(wrapText(text, width)).toEqual(lines);
  });

  it('fits and loses no character but spaces', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (parts, width) => {
        const text = parts.join(' ');
        const lines = wrapText(text, width);
        expect(lines.every((line) => lengthOf(line) <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

it('pads by characters', () => {
  expect([pad('é🙂', 4), pad('long', 2)]).toEqual(['é🙂  ', 'long']);
});
