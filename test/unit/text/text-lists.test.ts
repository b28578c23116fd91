import { expect, it } from 'vitest';
import { TextLists } from '../../../src/text/text-lists.ts';

it.each([3, 31, 32, 33, 200])('holds each of %i texts once, in their order', (many) => {
  const lists = new TextLists();
  const [list, other]: [string[], string[]] = [[], []];
  const all = Array.from({ length: many }, (_, index) => `text ${index}`);
  for (const text of [...all, ...all]) lists.addOnce(list, text);
  lists.addOnce(other, 'text 0');
  expect([list, other]).toEqual([all, ['text 0']]);
  expect([lists.has(list, `text ${many - 1}`), lists.has(list, 'else')]).toEqual([true, false]);
});
