import { compareText, type PolicyResult, type ResourceReport } from '../domain/index.ts';
import type { ReportSink } from './sink.ts';

/** `reports` gives what was kept so far, ordered by namespace, kind, name and API version. */
export type Collector = ReportSink & { readonly reports: () => readonly ResourceReport[] };

/** A sink that stores nothing and holds the results that `keep` accepts, for a document that needs them all at its end. */
export function createCollector({ keep }: { readonly keep: (result: PolicyResult) => boolean }): Collector {
  const kept: ResourceReport[] = [];
  return {
    open: () => Promise.resolve(),
    write: (report) => {
      const results = report.results.filter(keep);
      if (results.length > 0) kept.push({ ...report, results });
      return Promise.resolve('unchanged');
    },
    close: () => Promise.resolve({ deleted: 0, incidents: [], kept: [] }),
    reports: () => kept.toSorted(compareReports),
  };
}

function compareReports({ subject: a }: ResourceReport, { subject: b }: ResourceReport): number {
  return (
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion)
  );
}
