import { expect, test } from 'vitest';
import { FairShares } from '../../../src/evaluation/index.ts';

test('active users have equal parts of the limit, and a user that ends leaves its part to the others', () => {
  const shares = new FairShares(10);
  const first = shares.join();
  expect(first.size()).toBe(10);
  const told: number[] = [];
  first.follow((size) => told.push(size));
  const second = shares.join();
  const third = shares.join();
  expect([first, second, third].map((share) => share.size())).toEqual([3, 3, 3]);
  second.end();
  third.end();
  expect(told).toEqual([5, 3, 5, 10]);
});

test('nobody is left without any', () => {
  const shares = new FairShares(1);
  expect([shares.join(), shares.join()].map((share) => share.size())).toEqual([1, 1]);
});
