import { expect, test } from 'vitest';
import { severityNames } from '../../../src/domain/severity.ts';
import { severityMap } from '../../../src/reports/severity.ts';

test('every format has its own words for the severity', () => {
  const table = severityNames.map((severity) => {
    const { sarif, securitySeverity, gitlab, github, fails } = severityMap[severity];
    return [severity, sarif, securitySeverity, gitlab, github, fails];
  });
  expect(table).toEqual([
    ['critical', 'error', '9.5', 'blocker', 'error', true],
    ['high', 'error', '8.0', 'critical', 'error', true],
    ['medium', 'warning', '5.5', 'major', 'warning', true],
    ['low', 'note', '2.0', 'minor', 'notice', true],
    ['unset', 'warning', undefined, 'major', 'warning', true],
    ['info', 'note', undefined, 'info', 'notice', false],
  ]);
});
