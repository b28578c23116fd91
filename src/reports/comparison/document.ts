import type { AuditOutcome, Comparison, GateResult } from '../../domain/index.ts';

/** What a document about a comparison shows. */
export type ComparisonDocument = {
  readonly outcome: AuditOutcome;
  readonly gate: GateResult;
  readonly comparison: Comparison;
};
