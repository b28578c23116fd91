import type { AuditTotals, RunFilters } from '../domain/index.ts';

/** What a saved result tells of an earlier run. */
export type EarlierRun = {
  readonly file: string;
  readonly runUid: string;
  readonly finishedAt: Date;
  readonly complete: boolean;
  readonly failBySeverity: AuditTotals['failBySeverity'];
  readonly error: number;
  readonly accepted: number;
  readonly target: {
    readonly mode: 'cluster' | 'files';
    readonly context: string | undefined;
    readonly server: string | undefined;
  };
  /** What it was asked to look at; undefined where it does not say. */
  readonly filters: RunFilters | undefined;
};

/** A file of a folder of saved results; or why it is none. */
export type HistoryEntry = EarlierRun | UnreadableFile;
export type UnreadableFile = { readonly file: string; readonly unreadable: string };
