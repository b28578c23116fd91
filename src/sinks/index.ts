export { type Collector, createCollector } from './document.ts';
export type { AuditScope, CloseOutcome, ReportSink, RunRecorder, WriteOutcome } from './sink.ts';
export { createStream } from './stream.ts';
export { createTee } from './tee.ts';
