export { type Collector, createCollector, createStream } from './printing.ts';
export type { CloseOutcome, ReportSink, RunRecorder, StoredType, WriteOutcome } from './sink.ts';
export { createTee } from './tee.ts';
