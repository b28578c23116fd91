export { type AuditRunner, startDemo, startDropIn, startScan } from './front-doors.ts';
export { runScan } from './run.ts';
