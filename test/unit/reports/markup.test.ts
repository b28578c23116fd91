import { describe, expect, it } from 'vitest';
import { parentElement, textElement } from '../../../src/reports/markup.ts';
import { parseXml } from './readers.ts';

describe('XML', () => {
  it.each([
    'a < b && c > "d"',
    "]]>'<![CDATA[",
    'one\ntwo\tthree',
    '&#10; &amp;',
    '::error::',
    '##[x] ###',
    'é😀',
  ])('gives %j back when it is parsed', (text) => {
    const element = parseXml(textElement('a', { b: text }, text));
    expect(element.attributes['b']).toBe(text);
    expect(element.text).toBe(text);
  });

  it('drops what XML cannot hold', () => {
    const text = 'a\u0000b\u001b[31mc\ufffed\uffffe\ud800f\u0085g';
    expect(parseXml(textElement('a', {}, text)).text).toBe('abcde\ufffdf\ng');
  });

  it('leaves out attributes that are undefined, and closes what is empty', () => {
    expect(parentElement('a', { b: undefined, c: 1 }, [])).toBe('<a c="1"/>');
  });
});
