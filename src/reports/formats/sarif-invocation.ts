import type { ErrorCode } from '../../domain/index.ts';
import { toCoverageFields } from '../coverage.ts';
import { describeInput, describeWarning } from '../input.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument } from '../renderer.ts';

/** Whether the scan saw everything, and what it did not see. */
export function toInvocation({ outcome, gate }: AuditDocument): object {
  const { input } = outcome.coverage;
  return {
    executionSuccessful: outcome.complete,
    exitCode: gate.exitCode,
    startTimeUtc: outcome.run.startedAt.toISOString(),
    endTimeUtc: outcome.finishedAt.toISOString(),
    properties: { gate: gate.result, coverage: toCoverageFields(outcome.coverage) },
    toolExecutionNotifications: [
      ...listMissed(outcome).map((missed) => toNotification('error', formatMissed(missed), missed.code)),
      ...(input?.warnings ?? []).map((one) => toNotification('warning', describeWarning(one), one.code)),
      ...describeInput(input, { verbose: true }).map((text) => toNotification('note', text)),
    ],
  };
}

function toNotification(level: 'error' | 'warning' | 'note', text: string, code?: ErrorCode): object {
  return { level, message: { text }, ...(code !== undefined && { descriptor: { id: code } }) };
}
