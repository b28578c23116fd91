import type { ApiResource, AuditError, Policy, RunFilters, RunRecord } from '../../domain/index.ts';
import type { RunRow } from '../../reports/index.ts';
import type { DiscoveredApi } from '../index.ts';

/** What is known of the run that stored reports came of, and of the cluster that they are in. */
export type StoredRun = {
  /** Undefined where there is none that can be trusted, for the reason in `recordMissing`. */
  readonly record: RunRecord | undefined;
  readonly recordMissing: string;
  readonly rows: readonly RunRow[];
  /** Those of now that are in the scope, or why they could not be listed. */
  readonly policies: readonly Policy[] | AuditError;
  readonly types: readonly ApiResource[];
  /** Group versions whose types are not among them, because they did not answer. */
  readonly unavailable: DiscoveredApi['failures'];
  readonly filters: RunFilters;
  readonly readAt: Date;
};
