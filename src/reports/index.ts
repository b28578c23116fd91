export { resultApiVersion } from './audit-result.ts';
export type { ComparisonDocument } from './comparison/document.ts';
export { renderComparisonJson } from './comparison/json.ts';
export { renderComparisonMarkdown } from './comparison/markdown.ts';
export { renderComparison } from './comparison/text.ts';
export { toCoverageFields } from './coverage.ts';
export type { DiffDocument } from './diff/document.ts';
export { renderDiffJson } from './diff/json.ts';
export { renderDiffMarkdown } from './diff/markdown.ts';
export { renderDiff } from './diff/text.ts';
export { type EarlierVerdict, parseEarlierVerdict } from './earlier-verdict.ts';
export type { EarlierRun, HistoryEntry } from './history.ts';
export { describeInput } from './input.ts';
export {
  formatsForPeople,
  formatsWithoutOwners,
  type OutputFormat,
  outputFormats,
  renderers,
  unstartedFormats,
} from './output-formats.ts';
export {
  type AuditDocument,
  type FindingsView,
  groupings,
  type PieceRenderer,
  piecesOf,
  type RenderContext,
  type ReportRenderer,
  type StreamRenderer,
} from './renderer.ts';
export {
  attemptAnnotation,
  managedByLabel,
  managedByValue,
  policyGenerationProperty,
  policyUidProperty,
  policyVersionProperty,
  type ReportApi,
  type ReportBody,
  type ReportStamp,
  reportNameOf,
  reportVersionLabel,
  resultSource,
  runUidLabel,
  sealProperty,
} from './report-body.ts';
export {
  otherReportKind,
  type ReportKind,
  type ReportMapper,
  reportMapperFor,
} from './report-kinds.ts';
export {
  annotationOf,
  policyIdOf,
  type ReuseInput,
  type RunRecordBody,
  runRecordName,
  runRecordVersion,
  toEmptyRecord,
  toRunRecord,
} from './run-record.ts';
export { type RunRow, runRowPolicy } from './run-record-rows.ts';
export { judgeRun, renderRunStatus, toRunStatusJson } from './run-status.ts';
export { mergeShards, type ShardEntry, shardFact, termsOf, writeShardEntry } from './shard-entry.ts';
export { ownedBy } from './shard-of.ts';
export { createPaint, type Style } from './styles.ts';
export { renderSummary } from './summary.ts';
export { describeEnd, describeFailure } from './termination-message.ts';
export { isUnstarted, toUnstartedDocument, toUnstartedOutcome } from './unstarted.ts';
