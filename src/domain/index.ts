export { isDue, type Mark, phaseOf } from './age.ts';
export {
  type AuditOutcome,
  type AuditTotals,
  type ClusterOutcome,
  type EvaluationFailures,
  type EvaluationLoad,
  type Incident,
  type IncidentScope,
  type LoadMode,
  loadModes,
  type PolicyStatus,
  type ReuseTotals,
  type ServerConnections,
  type StopReason,
  type StopSignal,
  type StoredTotals,
} from './audit.ts';
export {
  type Baseline,
  type BaselineComparison,
  BaselineEntries,
  type BaselineEntry,
  baselineFor,
  baselineKeyOf,
  comparableMessage,
  formatBaselineKey,
} from './baseline.ts';
export type { BaselineState } from './baseline-state.ts';
export type {
  Change,
  ChangeCounts,
  ChangeReason,
  ComparedPolicy,
  Comparison,
  NotCompared,
  PolicyPair,
} from './comparison.ts';
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
  type MissingFact,
} from './coverage.ts';
export { deriveUid } from './derived-uid.ts';
export {
  AuditError,
  type AuditErrorOptions,
  type ErrorCode,
  errorCodes,
  NoAnswerError,
  orError,
  toAuditError,
} from './errors.ts';
export {
  type AnnotatedObject,
  type AnnotationsOutcome,
  acceptAnnotation,
  createExceptionMatcher,
  type ExceptionUse,
  formatException,
  formatExceptionPlace,
  type InvalidAnnotation,
  isExpired,
  type PolicyException,
  type Violation,
} from './exception.ts';
export { expiryOf } from './expiry.ts';
export type { GateResult, GateWord } from './gate.ts';
export type { OwnerReference, TopOwner } from './owner.ts';
export {
  type ContextAwareResource,
  formatPolicy,
  type MatchCondition,
  type ModuleUse,
  matchDefaults,
  type Policy,
  type PolicyExecution,
  type PolicyKind,
  type RuleWithOperations,
  uniqueNameOf,
} from './policy.ts';
export { documentationOf, type PolicyDocumentation } from './policy-documentation.ts';
export {
  type AuditRun,
  compareResults,
  compareText,
  type EvaluationOutcome,
  type PolicyResult,
  type ResourceReport,
  type ResultStatus,
  type ReuseFate,
  type Summary,
  summarize,
  toPolicyResult,
} from './report.ts';
export type { ReportAge } from './report-age.ts';
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
export {
  countStates,
  type DiffEntry,
  type DiffSide,
  type DiffState,
  type ResultDiff,
} from './result-diff.ts';
export { isRetryable, mayRetryHelp, retryAdvice } from './retry.ts';
export {
  type AuditScope,
  describeFilters,
  type PatternFilter,
  type RunFilters,
  type RunTarget,
} from './run-filters.ts';
export {
  clockToleranceMs,
  markOf,
  type RecordedReuse,
  type ReuseTerms,
  type RunRecord,
  type UnusableRecord,
} from './run-record.ts';
export {
  formatSeverityCounts,
  type Severity,
  type SeverityName,
  severities,
  severityNames,
  severityOf,
} from './severity.ts';
export { formatShard, maxShards, type Shard } from './shard.ts';
export {
  digestOf,
  isSeal,
  type SealedVerdict,
  type StoredResults,
  type StoredVerdict,
  sealOf,
} from './stored-results.ts';
