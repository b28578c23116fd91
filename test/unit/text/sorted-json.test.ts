import { describe, expect, it } from 'vitest';
import { encodeGoString, reencodeAsGo } from '../../../src/text/sorted-json.ts';

/** The right-hand sides are what Go's encoding/json printed. */
describe('reencodeAsGo', () => {
  it.each([
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', '9223372036854776000'],
    ['18446744073709551615', '18446744073709552000'],
    ['1.0', '1'],
    ['-0', '0'],
    ['-0.0', '-0'],
    ['100.50', '100.5'],
    ['1e2', '100'],
    ['1e20', '100000000000000000000'],
    ['1e21', '1e+21'],
    ['0.000001', '0.000001'],
    ['1E-7', '1e-7'],
    ['-1.5e-10', '-1.5e-10'],
  ])('prints the number %s as %s', (source, printed) => {
    expect(reencodeAsGo(source)).toBe(printed);
  });

  it('sorts keys by their bytes in UTF-8, numbers among them', () => {
    expect(reencodeAsGo('{"b":1,"\\ud83d\\ude00":2,"\\ue000":3,"10":4,"9":5,"B":6,"__proto__":7}')).toBe(
      '{"10":4,"9":5,"B":6,"__proto__":7,"b":1,"\ue000":3,"\u{1f600}":2}',
    );
  });

  it('keeps the order of arrays, and literals as they are', () => {
    expect(reencodeAsGo(' [ true , false,null, [ ], { } ,"x" ] ')).toBe('[true,false,null,[],{},"x"]');
  });

  it('keeps the last of duplicate keys', () => {
    expect(reencodeAsGo('{"a":1,"a":2}')).toBe('{"a":2}');
  });
});

describe('encodeGoString', () => {
  it.each([
    ['<a href="x">&', '"\\u003ca href=\\"x\\"\\u003e\\u0026"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\b\f\n\r\t\u0001\u001f\u007f', '"\\b\\f\\n\\r\\t\\u0001\\u001f\u007f"'],
    ['é\u{1f600}/\\', '"é\u{1f600}/\\\\"'],
    ['\ud800x', '"\ufffdx"'],
  ])('writes %j as %s', (text, literal) => {
    expect(encodeGoString(text)).toBe(literal);
  });
});
