import { compareText, type PolicyResult, type ResourceReport } from '../domain/index.ts';
import type { ReportSink } from './sink.ts';

/** How a sink that stores nothing begins and ends. */
const nothingStored = {
  open: () => Promise.resolve(),
  close: () => Promise.resolve({ deleted: 0, incidents: [], kept: [] }),
};

/**
 * A sink that stores nothing and passes each report on at once. `emit` may be called again before its promise has
 * settled, and rejects with an AuditError.
 */
export function createStream(emit: (report: ResourceReport) => Promise<void>): ReportSink {
  return {
    ...nothingStored,
    write: async (report) => {
      await emit(report);
      return 'unchanged';
    },
  };
}

/** `reports` gives what was kept so far, ordered by cluster, namespace, kind, name and API version. */
export type Collector = ReportSink & { readonly reports: () => readonly ResourceReport[] };

/** A sink that stores nothing and holds the results that `keep` accepts, for a document that needs them all at its end. */
export function createCollector({ keep }: { readonly keep: (result: PolicyResult) => boolean }): Collector {
  const kept: ResourceReport[] = [];
  return {
    ...nothingStored,
    write: (report) => {
      const results = report.results.filter(keep);
      if (results.length > 0)
        kept.push(results.length === report.results.length ? report : { ...report, results });
      return Promise.resolve('unchanged');
    },
    reports: () => kept.toSorted(compareReports),
  };
}

function compareReports(one: ResourceReport, other: ResourceReport): number {
  const { subject: a } = one;
  const { subject: b } = other;
  return (
    compareText(one.cluster ?? '', other.cluster ?? '') ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion)
  );
}
