import { AuditError, type ErrorCode, errorCodes, NoAnswerError, toAuditError } from '../../domain/index.ts';
import { EngineError, type EngineErrorKind } from '../../engine/index.ts';
import { tidyErrorText } from '../index.ts';

const codes: Readonly<Record<EngineErrorKind, ErrorCode>> = {
  'not-runnable': errorCodes.policyNotRunnable,
  'settings-invalid': errorCodes.policySettingsInvalid,
  'data-missing': errorCodes.policyDataMissing,
  'request-unreadable': errorCodes.requestUnreadable,
  'too-slow': errorCodes.policyTooSlow,
  stopped: errorCodes.engineFailed,
  internal: errorCodes.internal,
};

/** Turns an error of the engine into an AuditError. */
export function fromEngine(thrown: unknown): AuditError {
  if (!(thrown instanceof EngineError)) return toAuditError(thrown);
  const { kind, what, said, facts, cause } = thrown;
  const Kind = kind === 'data-missing' ? NoAnswerError : AuditError;
  return new Kind(codes[kind], `${what}${tidyErrorText(said)}`, { facts, cause });
}
