export type { AuditOutcome, AuditTotals, EvaluationFailures, PolicyStatus, StoredTotals } from './audit.ts';
export {
  type CellState,
  type Coverage,
  type CoverageGap,
  type CoverageSkip,
  cellStates,
  type InputCoverage,
  type InputLeftOut,
  type InputWarning,
  type KeptReports,
} from './coverage.ts';
export { deriveUid } from './derived-uid.ts';
export {
  AuditError,
  type AuditErrorOptions,
  type ErrorCode,
  errorCodes,
  NoAnswerError,
  toAuditError,
} from './errors.ts';
export {
  createExceptionMatcher,
  type ExceptionUse,
  formatException,
  isExpired,
  type PolicyException,
  type Violation,
} from './exception.ts';
export { decideGate, type GateWord } from './gate.ts';
export type { Incident, IncidentScope } from './incident.ts';
export {
  type ByteRange,
  decodeString,
  malformed,
  skipSpace,
  skipValue,
  walkArray,
  walkObject,
} from './json-scanner.ts';
export type { MissingFact } from './missing-fact.ts';
export type {
  AccessReview,
  ObjectName,
  ObjectReader,
  ObjectSelection,
  ReadableObject,
} from './object-reader.ts';
export type { EvaluationOutcome } from './outcome.ts';
export type { Permission } from './permission.ts';
export {
  type ContextAwareResource,
  formatPolicy,
  type MatchCondition,
  type ModuleUse,
  type Policy,
  type PolicyExecution,
  type PolicyKind,
  type RuleWithOperations,
  type Severity,
  severities,
  uniqueNameOf,
} from './policy.ts';
export {
  type AuditRun,
  compareResults,
  compareText,
  type PolicyResult,
  type ResourceReport,
  type ResultStatus,
  type Summary,
  summarize,
  toPolicyResult,
} from './report.ts';
export {
  type ApiResource,
  type AuditedObject,
  formatApiVersion,
  formatGroupResource,
  formatLine,
  formatOrigin,
  type GroupVersionResource,
  type Labels,
  type ObjectReference,
  parseApiVersion,
  type ResourceOrigin,
} from './resource.ts';
export { clockToleranceMs, type RunRecord, type UnusableRecord } from './run-record.ts';
