export { loadBaseline } from './baseline.ts';
export { type Facts, gatherFacts, planFromFacts } from './cluster-facts.ts';
export {
  composePreflight,
  createLiveEngine,
  openClient,
  openStoredReports,
  readTlsSettings,
} from './compose.ts';
export { composeLook, type ScanLook } from './compose-look.ts';
export { composePolicyLook } from './compose-policy-look.ts';
export type { Preflight } from './compose-preflight.ts';
export type { Witness } from './composed-audit.ts';
export { loadConfigFile } from './config-file.ts';
export { withExceptions } from './exceptions-file.ts';
export { loadHistory } from './history.ts';
export { policyNotFound } from './named.ts';
export { openScan } from './open-scan.ts';
export type { PolicyLook } from './policy-look.ts';
export type { ScanRun } from './scan-run.ts';
export type { StoredReports, StoredReportsParts } from './stored-reports.ts';
export { openTelemetry, type RunEnding, type Telemetry } from './telemetry.ts';
