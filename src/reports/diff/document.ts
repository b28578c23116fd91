import type { AuditOutcome, GateResult, ResultDiff } from '../../domain/index.ts';

/** What a document about two results shows. The outcome is that of the newer one. */
export type DiffDocument = {
  readonly diff: ResultDiff;
  readonly outcome: AuditOutcome;
  readonly gate: GateResult;
};
