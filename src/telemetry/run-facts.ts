import type { AuditError, AuditOutcome } from '../domain/index.ts';
import type { RunTally } from './run-tally.ts';

/** What the metrics of one run are made from. */
export type RunFacts = {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Undefined for a run that could not start. */
  readonly outcome: AuditOutcome | undefined;
  /** Why it could not start, if it could not. */
  readonly failure: AuditError | undefined;
  /** Whether reports are stored. */
  readonly stores: boolean;
  readonly exitCode: number;
  /** Whether the run is incomplete and a retry may help. */
  readonly retryable: boolean;
  /** The end of the last complete run: this one, or an earlier one as far as somebody knows. */
  readonly lastCompleteAt: Date | undefined;
  readonly clientCertificateExpiresAt: Date | undefined;
  readonly tally: RunTally;
  readonly toolVersion: string;
};
