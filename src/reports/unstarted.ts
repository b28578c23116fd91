import { type AuditError, type AuditOutcome, mayRetryHelp } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import type { AuditDocument } from './renderer.ts';

export type Unstarted = {
  /** Why; at least one. */
  readonly errors: readonly AuditError[];
  readonly exitCode: number;
  readonly failOn: string;
  readonly runUid: string;
  readonly at: Date;
};

/** The text for a run that did not start: nothing was looked at, for these reasons. */
export function toUnstartedDocument({ errors, exitCode, failOn, runUid, at }: Unstarted): AuditDocument {
  const reasons = errors.map(({ message }) => toPlainText(message)).join('; ');
  return {
    outcome: toUnstartedOutcome(errors, runUid, at),
    reports: [],
    gate: {
      result: 'none',
      passed: false,
      exitCode,
      failOn,
      retryable: errors.every(mayRetryHelp),
      violations: 0,
      rules: [],
      verdict: `NOTHING SCANNED: ${reasons}. Exit code ${exitCode}.`,
    },
  };
}

/** The outcome of a run that did not start. */
export function toUnstartedOutcome(errors: readonly AuditError[], runUid: string, at: Date): AuditOutcome {
  return {
    run: { runUid, startedAt: at },
    finishedAt: at,
    policies: [],
    answered: [],
    totals: {
      resources: 0,
      evaluations: 0,
      results: { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 },
      accepted: 0,
      failBySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 0, unset: 0 },
      stored: { created: 0, updated: 0, unchanged: 0, deleted: 0, keptResults: 0 },
    },
    evaluationFailures: [],
    incidents: errors.map((error) => ({ error, scope: {}, count: 1 })),
    coverage: {
      cells: { scanned: 0, partial: 0, failed: 0, empty: 0, skipped: 0 },
      types: 0,
      namespaces: 0,
      ignoredNamespaces: [],
      labelSelector: undefined,
      gaps: [],
      skipped: [],
      kept: [],
    },
    interrupted: false,
    complete: false,
  };
}

/** Of a run that is incomplete: whether that is because it did not start. */
export function isUnstarted({ gate, outcome }: Pick<AuditDocument, 'gate' | 'outcome'>): boolean {
  return gate.result === 'none' && !outcome.complete;
}
