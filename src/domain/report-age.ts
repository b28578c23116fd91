/** How old results are that were read from stored reports, and were not asked for. */
export type ReportAge = {
  readonly readAt: Date;
  /** When the last run over the whole cluster ended, and the last complete one; undefined where no record says so. */
  readonly confirmedAt: Date | undefined;
  readonly lastCompleteAt: Date | undefined;
  /** The first and the last time that a result became what it is; undefined where no report says so. */
  readonly oldestChange: Date | undefined;
  readonly newestChange: Date | undefined;
};
