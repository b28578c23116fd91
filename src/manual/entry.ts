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
