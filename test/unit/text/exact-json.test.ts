import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactNumber, isRawNumber, parseExactJson } from '../../../src/text/exact-json.ts';

describe('parseExactJson', () => {
  it.each([
    '{"a":9007199254740993}',
    '[12345678901234567890,1,-1]',
    '{"a":{"b":[1.50,1e3,1E+2,-0,0,-0.0]}}',
    '{"a":"1.50","b":"0123456789012345"}',
    '{"__proto__":{"a":1.0},"b":null}',
    '[-0]',
    '1.50',
    '-0',
  ])('%s is written as it was read', (text) => {
    expect(JSON.stringify(parseExactJson(text))).toBe(text);
  });

  it('reads what JSON.parse reads, and refuses what it refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
        const value: unknown = JSON.parse(text);
        const plain = JSON.stringify(parseExactJson(JSON.stringify(value, null, indent)));
        expect(JSON.parse(plain)).toEqual(value);
      }),
    );
    for (const text of ['', '{', '01', '[1.]', '{"a":1e}']) expect(() => parseExactJson(text)).toThrow();
  });

  it('keeps every number', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (number) => {
        expect(JSON.stringify(parseExactJson(`{"a":[1, ${number} ],"b":${number}}`))).toBe(
          `{"a":[1,${number}],"b":${number}}`,
        );
        expect(JSON.stringify(exactNumber(number))).toBe(number);
      }),
    );
  });

  it('tells its numbers from objects', () => {
    const [big, small, object] = parseExactJson('[9007199254740993,1,{}]') as unknown[];
    expect([big, small, object].map(isRawNumber)).toEqual([true, false, false]);
  });
});
