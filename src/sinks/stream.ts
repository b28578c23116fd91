import type { ResourceReport } from '../domain/index.ts';
import type { ReportSink } from './sink.ts';

/**
 * A sink that stores nothing and hands each report on at once. `emit` may be called again before its promise has
 * settled, and rejects with an AuditError.
 */
export function createStream(emit: (report: ResourceReport) => Promise<void>): ReportSink {
  return {
    open: () => Promise.resolve(),
    write: async (report) => {
      await emit(report);
      return 'unchanged';
    },
    close: () => Promise.resolve({ deleted: 0, incidents: [], kept: [] }),
  };
}
