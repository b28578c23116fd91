export { resultApiVersion } from './audit-result.ts';
export { toCoverageFields } from './coverage.ts';
export { type EarlierVerdict, parseEarlierVerdict } from './earlier-verdict.ts';
export { type OutputFormat, outputFormats } from './format-names.ts';
export { describeInput } from './input.ts';
export type { ReportApi, ReportBody, ReportKind, ReportMapper } from './mapper.ts';
export { openReportsMapper } from './openreports-mapper.ts';
export { policyReportMapper } from './policyreport-mapper.ts';
export { renderers } from './registry.ts';
export type { AuditDocument, RenderContext, ReportRenderer, StreamRenderer } from './renderer.ts';
export {
  managedByLabel,
  managedByValue,
  policyGenerationProperty,
  policyUidProperty,
  policyVersionProperty,
  reportVersionLabel,
  runUidLabel,
} from './report-body.ts';
export { reportNameOf } from './report-name.ts';
export {
  annotationOf,
  policyIdOf,
  type RunRecordBody,
  runRecordName,
  runRecordVersion,
  toRunRecord,
} from './run-record.ts';
export { type RunRow, runRowPolicy } from './run-record-rows.ts';
export { judgeRun, renderRunStatus, toRunStatusJson } from './run-status.ts';
export { createPaint, type Style } from './styles.ts';
export { renderSummary } from './summary.ts';
export { describeEnd, describeFailure } from './termination-message.ts';
export { toUnstartedDocument, unstartedFormats } from './unstarted.ts';
