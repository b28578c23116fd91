import { describe, expect, it } from 'vitest';
import { type ProgressState, renderProgress } from '../../../../src/commands/scan/progress-line.ts';

function aState(overrides: Partial<ProgressState> = {}): ProgressState {
  return {
    resources: 812,
    fail: 5,
    error: 1,
    elapsedMs: 12_000,
    total: { objects: 1904, isEstimate: true },
    types: { listed: 1, all: 4 },
    leftMs: 16_000,
    where: 'payments/pods',
    ...overrides,
  };
}

describe('the line of progress', () => {
  it.each([
    [80, '812/~1904 resources (42%), 5 fail, 1 error, 00:12, ~20s left  payments/pods'],
    [70, '812/~1904 resources (42%), 5 fail, 1 error, 00:12, ~20s left'],
    [60, '812/~1904 resources (42%), 5 fail, 1 error, 00:12, ~20s left'],
    [55, '812/~1904 resources (42%), 5 fail, 1 error, ~20s left'],
    [50, '812/~1904 resources (42%), ~20s left'],
    [30, '812/~1904 resources (42%)'],
    [12, '812/~1904'],
    [5, ''],
    [0, ''],
  ])('leaves out in %i columns what is least asked for', (width, line) => {
    expect(renderProgress(aState(), width)).toBe(line);
  });

  it.each<[Partial<ProgressState>, string]>([
    [{ total: undefined, leftMs: undefined, where: '' }, '812 resources, 1/4 types, 5 fail, 1 error, 00:12'],
    [
      { total: { objects: 812, isEstimate: false }, leftMs: undefined, where: '' },
      '812/812 resources (100%), 5 fail, 1 error, 00:12',
    ],
    [
      { total: { objects: 800, isEstimate: true }, leftMs: undefined, where: '' },
      '812/~812 resources (99%), 5 fail, 1 error, 00:12',
    ],
    [
      { total: { objects: 0, isEstimate: true }, resources: 0, leftMs: undefined, where: '' },
      '0/~0 resources, 5 fail, 1 error, 00:12',
    ],
  ])('says what is known: %j', (overrides, line) => {
    expect(renderProgress(aState(overrides))).toBe(line);
  });

  it.each([
    [400, '~5s'],
    [52_000, '~55s'],
    [58_000, '~1m'],
    [61_000, '~1m 10s'],
    [599_000, '~10m'],
    [3_599_000, '~1h 0m'],
    [4_800_000, '~1h 20m'],
  ])('rounds %i ms to what can be meant', (leftMs, text) => {
    expect(renderProgress(aState({ leftMs }))).toContain(`, ${text} left`);
  });

  it('obeys no name', () => {
    expect(renderProgress(aState({ where: 'a\u001b[2J\nb/pods' }))).toMatch(/ {2}a b\/pods$/);
  });
});
