import { describe, expect, it } from 'vitest';
import { isDue, phaseOf } from '../../../src/domain/age.ts';

const hourMs = 3_600_000;
const ageMs = 24 * hourMs;
/** Hours since a moment at which a period begins. */
const at = (hours: number): Date => new Date(ageMs * 20_000 + hours * hourMs);

describe('an object', () => {
  it.each([
    ['its moment has come since the mark', 0.25, at(5), at(6), true],
    ['its moment is the mark itself', 0.25, at(6), at(7), false],
    ['its moment is still to come', 0.5, at(6), at(11.9), false],
    ['its moment was in the last period, and the mark is later', 0.25, at(7), at(29), false],
    ['its moment comes again in the next period', 0.25, at(7), at(30), true],
    ['nothing has passed', 0.25, at(7), at(7), false],
    ['the mark is as old as the age', 0.9, at(0), at(24), true],
    ['the clock went back', 0.9, at(7), at(6), true],
    ['nobody knows when it was asked', 0.9, undefined, at(6), true],
  ])('where %s', (_why, phase, mark, start, due) => {
    expect(isDue(phase, mark, { start, ageMs })).toBe(due);
  });

  it('comes of age once in each period, whatever the runs are', () => {
    for (let run = 0; run < 500; run += 1) {
      const phase = phaseOf(`object-${run}`);
      const starts = Array.from({ length: 49 }, (_, hour) => at(hour + (run % 60) / 60));
      const dues = starts.slice(1).filter((start, index) => isDue(phase, starts[index], { start, ageMs }));
      expect(dues).toHaveLength(2);
    }
  });

  it('has a moment that is spread evenly', () => {
    const hours = Array.from({ length: 24 }, () => 0);
    for (let number = 0; number < 24_000; number += 1) {
      const hour = Math.floor(phaseOf(`uid-${number}`) * 24);
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
    expect(Math.min(...hours)).toBeGreaterThan(850);
    expect(Math.max(...hours)).toBeLessThan(1150);
  });
});
