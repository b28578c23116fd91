import type { ErrorCode } from '../../domain/errors.ts';

/** The manual of one error code. */
export type ManualPage = {
  /** What happened, as the end of a sentence: lower case, no full stop. */
  readonly title: string;
  /** What it means for the scan. */
  readonly meaning: string;
  /** How the program found out. */
  readonly evidence: string;
  /** What to do, most likely first. */
  readonly remedies: readonly string[];
  readonly related: readonly ErrorCode[];
};
