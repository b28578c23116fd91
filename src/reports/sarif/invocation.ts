import { toCoverageFields } from '../coverage.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument } from '../renderer.ts';

/** Whether the scan saw everything, and what it did not see. */
export function toInvocation({ outcome, gate }: AuditDocument): object {
  return {
    executionSuccessful: outcome.complete,
    exitCode: gate.exitCode,
    startTimeUtc: outcome.run.startedAt.toISOString(),
    endTimeUtc: outcome.finishedAt.toISOString(),
    properties: { gate: gate.result, coverage: toCoverageFields(outcome.coverage) },
    toolExecutionNotifications: listMissed(outcome).map((missed) => ({
      level: 'error',
      message: { text: formatMissed(missed) },
      descriptor: { id: missed.code },
    })),
  };
}
