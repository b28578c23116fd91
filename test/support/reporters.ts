import type { TestUserConfig } from 'vitest/config';

const resultsPath = process.env['TEST_RESULTS'];

/** What a run reports: text for people and, where TEST_RESULTS names a file, JSON for the totals that CI prints. */
export const reporters: NonNullable<TestUserConfig['reporters']> =
  resultsPath === undefined ? ['default'] : ['default', ['json', { outputFile: resultsPath }]];
