import {
  type AuditError,
  type AuditOutcome,
  type GateResult,
  type GateWord,
  mayRetryHelp,
  severityNames,
} from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import { toCoverageCounts } from './coverage.ts';

/** What the kubelet keeps at most. */
const maxBytes = 4096;

/** The verdict of a finished run as one JSON object of at most 4096 bytes. */
export function describeEnd(outcome: AuditOutcome, gate: GateResult): string {
  const { failBySeverity, results } = outcome.totals;
  const failed = severityNames.filter((severity) => failBySeverity[severity] > 0);
  const missed = outcome.incidents[0]?.error ?? outcome.evaluationFailures[0];
  return fit({
    gate: gate.result,
    exitCode: gate.exitCode,
    complete: outcome.complete,
    ...(!outcome.complete && { retryable: gate.retryable }),
    fail: Object.fromEntries(failed.map((severity) => [severity, failBySeverity[severity]])),
    error: results.error,
    coverage: toCoverageCounts(outcome.coverage),
    code: missed?.code ?? null,
    hint: missed?.message ?? gate.verdict,
  });
}

/** The same for a run that could not start or ended in a defect. */
export function describeFailure(error: AuditError, exitCode: number): string {
  const hint = [error.message, ...error.tries.slice(0, 1)].join(' - ');
  return fit({
    gate: 'none',
    exitCode,
    complete: false,
    retryable: mayRetryHelp(error),
    fail: {},
    error: 0,
    code: error.code,
    hint,
  });
}

type EndMessage = {
  readonly gate: GateWord;
  readonly exitCode: number;
  readonly complete: boolean;
  readonly retryable?: boolean;
  readonly fail: Readonly<Record<string, number>>;
  readonly error: number;
  readonly coverage?: object;
  readonly code: string | null;
  readonly hint: string;
};

/** The hint is the only part that can be long; each of its characters takes 6 bytes at most, escaped. */
function fit(message: EndMessage): string {
  const hint = toPlainText(message.hint);
  const whole = JSON.stringify({ ...message, hint });
  return Buffer.byteLength(whole) <= maxBytes
    ? whole
    : JSON.stringify({ ...message, hint: hint.slice(0, 500) });
}
