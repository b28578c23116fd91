import { findNearest } from '../config/suggest.ts';
import { AuditError, type ErrorCode, errorCodes } from '../domain/errors.ts';
import { clusterPages } from './manual/cluster.ts';
import { environmentPages } from './manual/environment.ts';
import { outputPages } from './manual/output.ts';
import type { ManualPage } from './manual/page.ts';
import { policyPages } from './manual/policies.ts';
import { usagePages } from './manual/usage.ts';

/** Every code that a user can meet, explained without a network. */
export const manual = {
  ...environmentPages,
  ...usagePages,
  ...clusterPages,
  ...policyPages,
  ...outputPages,
} satisfies Record<ErrorCode, ManualPage>;

export const allCodes: readonly ErrorCode[] = Object.values(errorCodes);

/** The page of a code, in any case. Throws `invalidValue` with a suggestion for what is no code. */
export function explainCode(text: string): string {
  const code = allCodes.find((candidate) => candidate === text.toUpperCase());
  if (code !== undefined) return formatPage(code, manual[code]);
  const nearest = findNearest(text, allCodes);
  throw new AuditError(errorCodes.invalidValue, `no error has the code "${text}"`, {
    facts: nearest === undefined ? [] : [`Did you mean ${nearest}?`],
    tries: ['audit-scanner explain'],
  });
}

/** All codes with their titles, one a line. */
export function listCodes(): string {
  return allCodes.map((code) => `${code}  ${manual[code].title}\n`).join('');
}

function formatPage(code: ErrorCode, page: ManualPage): string {
  const related = page.related.map((other) => `  ${other}  ${manual[other].title}`);
  const lines = [
    `${code}: ${page.title}`,
    '',
    page.meaning,
    '',
    'How it was found out:',
    `  ${page.evidence}`,
    '',
    'What to do:',
    ...page.remedies.map((remedy) => `  - ${remedy}`),
    ...(related.length === 0 ? [] : ['', 'Related:', ...related]),
  ];
  return `${lines.join('\n')}\n`;
}
