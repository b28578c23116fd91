export { type Collector, createCollector } from './document.ts';
export type { CloseOutcome, ReportSink, RunRecorder, WriteOutcome } from './sink.ts';
export { createStream } from './stream.ts';
export { createTee } from './tee.ts';
