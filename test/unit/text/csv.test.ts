import { describe, expect, it } from 'vitest';
import { formatCsvRecord, parseCsvRecord } from '../../../src/text/csv.ts';

describe('formatCsvRecord', () => {
  it.each([[['a', 'b']], [['a,b', 'say "hi"', '']], [['']], [['"', ',,', ' ']]])(
    '%j is read back',
    (fields) => {
      const record = formatCsvRecord(fields);
      expect(record).toMatch(/[^\r\n]?\r\n$/);
      expect(parseCsvRecord(record.slice(0, -2))).toEqual(fields);
    },
  );

  it('quotes only what needs it', () => {
    expect(formatCsvRecord(['a', 'b c', 'd,e', 'f\ng'])).toBe('a,b c,"d,e","f\ng"\r\n');
  });
});

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
