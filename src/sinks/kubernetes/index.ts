export { resourceNameOf } from './api.ts';
export { cleanUpLegacyReports } from './legacy.ts';
export { readPolicyResults, type StoredPolicyResults } from './policy-results.ts';
export { createReportStore, type ReportStore } from './report-store.ts';
export { explainRecord, type FoundRecord, findRunRecord, RunRecords } from './run-records.ts';
export { ShardRecords, type ShardRecordsOptions } from './shard-records.ts';
export { readWhatCanBe } from './stored-reports.ts';
