import { describe, expect, it } from 'vitest';
import { SteadyRate } from '../../../../src/commands/scan/progress-rate.ts';

/** Objects done in each second. */
function aRate(...perSecond: readonly number[]): SteadyRate {
  const rate = new SteadyRate();
  let done = 0;
  rate.note({ at: 0, done });
  perSecond.forEach((objects, second) => {
    done += objects;
    rate.note({ at: (second + 1) * 1000, done });
  });
  return rate;
}

describe('the time for what is left', () => {
  it.each([
    ['steady', [10, 10, 10, 10, 10], 10_000],
    ['steady enough', [10, 12, 9, 11, 10, 10], 9_677],
    ['steady of late', [1, 500, ...Array<number>(10).fill(10)], 10_000],
    ['too short', [10, 10, 10, 10], undefined],
    ['getting slower', [100, 100, 100, 10, 10, 10], undefined],
    ['getting faster', [1, 1, 1, 50, 50, 50], undefined],
    ['standing still', [0, 0, 0, 0, 0, 0], undefined],
  ])('where it is %s', (_, perSecond, ms) => {
    const time = aRate(...perSecond).timeFor(100);
    expect(time === undefined ? undefined : Math.round(time)).toBe(ms);
  });

  it('looks once a second, however often it is called', () => {
    const rate = new SteadyRate();
    for (let at = 0; at < 4000; at += 100) rate.note({ at, done: at });
    expect(rate.timeFor(1)).toBeUndefined();
    for (let at = 4000; at <= 5000; at += 100) rate.note({ at, done: at });
    expect(rate.timeFor(1)).toBe(1);
  });
});
