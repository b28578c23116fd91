import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pad, widthOf, wrapLines, wrapProse, wrapText } from '../../../src/text/wrap.ts';

const segmenter = new Intl.Segmenter();
function graphemesOf(text: string): readonly unknown[] {
  return [...segmenter.segment(text)];
}

describe('wrapText', () => {
  it.each([
    ['', 10, ['']],
    ['short', 10, ['short']],
    ['one two three', 7, ['one two', 'three']],
    ['exactly ten', 11, ['exactly ten']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['a abcdefgh b', 4, ['a', 'abcd', 'efgh', 'b']],
    ['🙂🙂🙂', 4, ['🙂🙂', '🙂']],
    ['日本語 テキスト', 8, ['日本語', 'テキスト']],
    ['👩‍👩‍👧‍👦e\u0301x', 3, ['👩‍👩‍👧‍👦e\u0301', 'x']],
  ])('%j in %i', (text, width, lines) => {
    expect(wrapText(text, width)).toEqual(lines);
  });

  it('fits and loses no character but spaces', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 40 }), (parts, width) => {
        const text = parts.join(' ');
        const lines = wrapText(text, width);
        // A single character may be wider than that.
        expect(lines.every((line) => widthOf(line) <= width || graphemesOf(line).length === 1)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

it('pads by columns', () => {
  expect([pad('é🙂', 4), pad('日本', 5), pad('long', 2)]).toEqual(['é🙂 ', '日本 ', 'long']);
});

describe('whole texts', () => {
  it('keep an explanation in its column', () => {
    expect(wrapLines('  --flag NAME   what it does, told at some length', 42)).toBe(
      '  --flag NAME   what it does, told at some\n                length',
    );
  });

  it('break a command as a shell takes it', () => {
    expect(wrapLines('  audit-scanner rbac --missing --as somebody | kubectl apply -f -', 40)).toBe(
      '  audit-scanner rbac --missing \\\n      --as somebody | kubectl apply -f \\\n      -',
    );
  });

  it('refill a paragraph and leave tables and short lines alone', () => {
    const text = 'one two three four\nfive six\n\nCODE  MEANING\n0     ok\nshort\nlines';
    expect(wrapProse(text, 14)).toBe('one two three\nfour five six\n\nCODE  MEANING\n0     ok\nshort\nlines');
  });
});
