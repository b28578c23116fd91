import { type SeverityName, severityNames } from '../domain/index.ts';

export function sum<T>(all: readonly T[], numberOf: (one: T) => number): number {
  return all.reduce((total, one) => total + numberOf(one), 0);
}

export function addSeverities(
  all: readonly Readonly<Record<SeverityName, number>>[],
): Record<SeverityName, number> {
  const none = { critical: 0, high: 0, medium: 0, low: 0, info: 0, unset: 0 };
  for (const severity of severityNames) none[severity] = sum(all, (one) => one[severity]);
  return none;
}
