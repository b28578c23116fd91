import { describe, expect, it } from 'vitest';
import {
  describeCoverage,
  describeKept,
  toCoverageCounts,
  toCoverageFields,
} from '../../../src/reports/coverage.ts';
import { aCoverage } from '../../support/builders.ts';

const incomplete = aCoverage({
  cells: { scanned: 231, partial: 6, failed: 3, empty: 188, skipped: 15 },
  types: 12,
  namespaces: 20,
  kept: [
    {
      resource: 'Secret',
      count: 12,
      oldest: new Date('2026-11-01T08:00:00Z'),
      newest: new Date('2026-11-20T08:00:00Z'),
    },
    { resource: 'Role.rbac.authorization.k8s.io', count: 1, oldest: undefined, newest: undefined },
  ],
});

describe('the line about coverage', () => {
  it('is short where all was seen', () => {
    expect(describeCoverage(aCoverage())).toBe('2 namespaces, 2 resource types: all 12 checks in full');
  });

  it('is not about checks where nothing was there to look at', () => {
    const cells = { scanned: 0, partial: 0, failed: 0, empty: 7, skipped: 0 };
    expect(describeCoverage(aCoverage({ cells }))).toBe(
      '2 namespaces, 2 resource types: no checks, 7 had no objects',
    );
  });

  it('says how much was not', () => {
    expect(describeCoverage(incomplete)).toBe(
      '20 namespaces, 12 resource types: 231 of 240 checks in full, 6 in part, 3 not at all, 188 had no objects',
    );
  });
});

it('reports that stay are told with the times of their verdicts, where they have them', () => {
  expect(describeKept(incomplete)).toEqual([
    '12 stored reports of Secret left as found (verdicts from 2026-11-01 to 2026-11-20)',
    '1 stored report of Role.rbac.authorization.k8s.io left as found',
  ]);
});

it('the counts and the fields agree', () => {
  expect(toCoverageCounts(incomplete)).toEqual({
    scanned: 231,
    partial: 6,
    failed: 3,
    empty: 188,
    skipped: 15,
    keptReports: 13,
  });
  expect(toCoverageFields(incomplete)).toMatchObject({
    cells: incomplete.cells,
    keptReports: [
      { resource: 'Secret', count: 12, oldestVerdict: '2026-11-01T08:00:00.000Z' },
      { resource: 'Role.rbac.authorization.k8s.io', oldestVerdict: null, newestVerdict: null },
    ],
  });
});
