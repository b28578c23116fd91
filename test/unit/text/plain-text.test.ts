import { describe, expect, it } from 'vitest';
import { toPlainJson, toPlainText, toTerminalMessage } from '../../../src/text/plain-text.ts';

describe('toPlainText', () => {
  it.each([
    ['plain', 'plain'],
    ['Grüße 世界 🙂', 'Grüße 世界 🙂'],
    ['a\u001b[1;31mred\u001b[0mb', 'aredb'],
    ['a\u009b31mb', 'ab'],
    ['a\u001b]8;;http://x\u0007link\u001b]8;;\u001b\\b', 'alinkb'],
    ['a\u001bPq#0\u001b\\b', 'ab'],
    ['a\u001b]0;never ended', 'a'],
    ['a\u001bcb', 'ab'],
    ['a\u001b(Bb', 'ab'],
    ['a\u001b', 'a'],
    ['a\r\n\tb\u0085c\u2028d\u2029e', 'a b c d e'],
    ['a\u0000\u0007\u007f\u0080b', 'ab'],
    ['user\u202egnp.exe\u2066\u200f', 'usergnp.exe'],
    ['\n a \n', 'a'],
    ['[31m ]] ;', '[31m ]] ;'],
  ])('%j', (text, expected) => {
    expect(toPlainText(text)).toBe(expected);
  });
});

it('cuts a message that would flood the screen', () => {
  expect(toTerminalMessage('x'.repeat(2048))).toBe('x'.repeat(2048));
  expect(toTerminalMessage('x'.repeat(2049))).toBe(`${'x'.repeat(2048)}…`);
  expect(toTerminalMessage(undefined)).toBe('');
});

it('escapes in JSON what a terminal would obey', () => {
  const value = { a: 'x\u001b\u009b\u007f\u202e\u2028y', b: [1, null] };
  const text = toPlainJson(value);
  expect(text).toBe('{"a":"x\\u001b\\u009b\\u007f\\u202e\\u2028y","b":[1,null]}');
  expect(JSON.parse(text)).toEqual(value);
});
