import type { AuditRun, ReuseTerms } from '../../domain/index.ts';
import { attemptAnnotation, termsOf } from '../../reports/index.ts';
import { property, textProperty } from './properties.ts';
import { toTime } from './run-record-reader.ts';

/**
 * Marks a report that a run writes which may be killed and taken up again under the same UID, as that of a Job: with the run, when this
 * attempt of it began, and the terms on which it reuses results.
 */
export function formatAttempt({ runUid, startedAt }: AuditRun, terms: ReuseTerms): string {
  return [runUid, startedAt.toISOString(), termsOf(terms)].join(' ');
}

/**
 * When the earlier attempt of this run began, on the same terms, that wrote the report. Undefined if none did, it was not earlier, or it is so
 * long ago that what it computed has come of age.
 */
export function readAttempt(report: unknown, run: AuditRun, terms: ReuseTerms): Date | undefined {
  const annotations = property(property(report, 'metadata'), 'annotations');
  const [runUid, startedAt = '', onTerms] = textProperty(annotations, attemptAnnotation).split(' ');
  if (runUid !== run.runUid || onTerms !== termsOf(terms)) return undefined;
  const began = toTime(startedAt);
  if (began === undefined) return undefined;
  const age = run.startedAt.getTime() - began.getTime();
  return age >= 0 && age < terms.ageMs ? began : undefined;
}
