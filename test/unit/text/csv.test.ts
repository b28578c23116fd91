import { describe, expect, it } from 'vitest';
import { parseCsvRecord } from '../../../src/text/csv.ts';

describe('parseCsvRecord', () => {
  it.each([
    ['', ['']],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a,', ['a', '']],
    [',', ['', '']],
    [' a , b', [' a ', ' b']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""hi""",x', ['say "hi"', 'x']],
    ['""', ['']],
    ['a,"b"', ['a', 'b']],
  ])('%j', (record, fields) => {
    expect(parseCsvRecord(record)).toEqual(fields);
  });

  it.each(['a"b', '"a', '"a"b', 'a,"b', '"a" ,b'])('refuses %j, as Go does', (record) => {
    expect(parseCsvRecord(record)).toBeUndefined();
  });
});
