import { expect, it } from 'vitest';
import { alignColumns } from '../../../src/text/columns.ts';

const rows = [
  ['NAME', 'DETAIL'],
  ['日本', 'a text that is long enough to be broken somewhere'],
  ['x', ''],
];

it('aligns by the columns of the terminal and breaks nothing without a width', () => {
  expect(alignColumns(rows)).toEqual([
    'NAME   DETAIL',
    '日本   a text that is long enough to be broken somewhere',
    'x',
  ]);
});

it('breaks the last column at words, below itself or, where that is too narrow, below its row', () => {
  expect(alignColumns(rows, { width: 40 })[1]).toBe(
    '日本   a text that is long enough to be\n       broken somewhere',
  );
  expect(alignColumns(rows, { width: 30 })[1]).toBe(
    '日本\n    a text that is long enough\n    to be broken somewhere',
  );
});
