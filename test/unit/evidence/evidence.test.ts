import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDifferences } from '../../../src/evidence/differences.ts';
import { toCanonicalJson } from '../../../src/evidence/index.ts';

describe('canonical JSON', () => {
  it.each([
    ['{"b":1,"a":[2,{"d":null,"c":true}]}', '{"a":[2,{"c":true,"d":null}],"b":1}'],
    ['{ "a" : 1.0e2 , "b" : "\\u00e9\\n" }', '{"a":100,"b":"é\\n"}'],
    ['[1E30, -0, 0.1, 4.50]', '[1e+30,0,0.1,4.5]'],
  ])('%s', (text, expected) => {
    expect(toCanonicalJson(JSON.parse(text))).toBe(expected);
  });

  it('is the same for whatever layout, and means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const canonical = toCanonicalJson(value);
        expect(toCanonicalJson(JSON.parse(JSON.stringify(value, null, indent)))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('differences', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: 2 }, ['a: 1 2']],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, ['a.b[1]: 2 3']],
    [{ a: 1 }, {}, ['a: 1 undefined']],
    [{}, { a: null }, ['a: undefined null']],
    [{ a: [] }, { a: {} }, ['a: [] {}']],
    [
      [{ uniqueName: 'x', n: 1 }, { uniqueName: 'y' }],
      [{ uniqueName: 'y' }, { uniqueName: 'x', n: 2 }],
      ['[x].n: 1 2'],
    ],
    [[{ uniqueName: 'x' }], [], ['[x]: {"uniqueName":"x"} undefined']],
  ])('%j and %j', (stated, found, expected) => {
    const lines = findDifferences(stated, found).map((one) => `${one.path}: ${one.stated} ${one.found}`);
    expect(lines).toEqual(expected);
  });

  it('are none between equals, and some between what is written in another way', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(findDifferences(a, a)).toEqual([]);
        expect(findDifferences(a, b).length === 0).toBe(toCanonicalJson(a) === toCanonicalJson(b));
      }),
    );
  });
});
