import type {
  AuditOutcome,
  AuditRun,
  AuditScope,
  Incident,
  KeptReports,
  ObjectReference,
  ResourceReport,
} from '../domain/index.ts';

/** What became of one report. `gone`: its object or namespace vanished in the meantime, so there is nothing to store. */
export type WriteOutcome = 'created' | 'updated' | 'unchanged' | 'gone';

export type CloseOutcome = {
  readonly deleted: number;
  readonly incidents: readonly Incident[];
  /** Reports of earlier runs that nobody knows to be stale or not. */
  readonly kept: readonly KeptReports[];
  /** Stored verdicts that stay because their policies gave no answer. */
  readonly keptResults?: number | undefined;
};

export type StoredType = { readonly group: string; readonly kind: string };

export interface ReportSink {
  /** Called once before the first write. Rejects with an AuditError when nothing could be stored at all. */
  open(run: AuditRun, scope: AuditScope, signal: AbortSignal): Promise<void>;
  /** Of how many objects of a type earlier runs have left reports, once it is open. Undefined where there is none of any type. */
  countStored?(type: StoredType): number | undefined;
  /** Resolving means stored; awaiting it is the backpressure. Rejects with an AuditError when it could not be stored. */
  write(report: ResourceReport, signal: AbortSignal): Promise<WriteOutcome>;
  /**
   * Ends the run. `mayDelete` says of the object of a report that was not written in this run whether the scan saw everything
   * where it would be: only then is the report stale.
   */
  close(mayDelete: (subject: ObjectReference) => boolean, signal: AbortSignal): Promise<CloseOutcome>;
}

/** Keeps the record of the last run over the whole cluster. */
export interface RunRecorder {
  /** Called at the end of a run. Resolves to what went wrong, if anything; never rejects. */
  write(outcome: AuditOutcome, signal: AbortSignal): Promise<Incident | undefined>;
}
