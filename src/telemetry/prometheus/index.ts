export { renderExposition } from './exposition.ts';
export { pushMetrics } from './pushgateway.ts';
export { readLastCompleteRun, writeTextfile } from './textfile.ts';
