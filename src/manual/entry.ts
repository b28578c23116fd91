import type { ErrorCode } from '../domain/index.ts';

export type ManualFix = {
  /** A sentence. */
  readonly step: string;
  /** To be typed as they are, but for names in CAPITALS. */
  readonly commands?: readonly string[];
};

/** What a person may want to know about an error code in the middle of the night. */
export type ManualEntry = {
  readonly title: string;
  /** What happened. */
  readonly meaning: string;
  /** How audit-scanner found out. */
  readonly detection: string;
  /** What is not audited, what becomes of reports, and the exit code. */
  readonly effect: string;
  /** The most likely one first. */
  readonly fixes: readonly ManualFix[];
  readonly related: readonly ErrorCode[];
};

/** The entries of some codes. */
export type ManualChapter = Readonly<Partial<Record<ErrorCode, ManualEntry>>>;

/** What many codes have in common, said in the same words. */

export const refusedUsage =
  'Nothing was scanned and no report was touched. Exit code 2; 1 without the subcommand `scan`.';

export const couldNotStart =
  'Nothing was scanned and no report was touched. Exit code 4; 1 without the subcommand `scan`.';

export const incompleteScan =
  'The scan is incomplete: exit code 3, or 1 if it found violations too. Without the subcommand `scan` the exit code stays 0, and the log and the termination message say that the scan is incomplete.';

export const errorResults = `Every evaluation that failed becomes an \`error\` result with its reason, never a pass; in a stored report it replaces the older verdict. ${incompleteScan}`;

/** And commands that several of them need. */
export const serverLogs = 'kubectl -n kubewarden logs deployment/policy-server-NAME --tail=100';
export const serverStatus = 'kubectl -n kubewarden rollout status deployment/policy-server-NAME';
