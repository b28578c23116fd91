import type { ScanConfig } from '../config/index.ts';
import { type Baseline, BaselineEntries } from '../domain/index.ts';
import type { StoredReportsParts } from './stored-reports.ts';

/** What a run is compared with, if the user named something. Rejects with an AuditError where that cannot be used. */
export async function loadBaseline(
  config: ScanConfig,
  parts: StoredReportsParts,
): Promise<Baseline | undefined> {
  const { baselineSource } = config;
  if (baselineSource === undefined) return undefined;
  if (baselineSource === 'cluster') return readStoredBaseline(config, parts);
  // What checks it takes long to load, and most runs have no baseline.
  const { readBaseline } = await import('../sources/results/index.ts');
  return readBaseline(baselineSource);
}

async function readStoredBaseline(config: ScanConfig, parts: StoredReportsParts): Promise<Baseline> {
  const [{ openStoredReports }, { baselineOf }] = await Promise.all([
    import('./stored-reports.ts'),
    import('../sources/results/index.ts'),
  ]);
  const stored = await openStoredReports(config, parts);
  try {
    const { reports, outcome } = stored.read();
    const entries = new BaselineEntries();
    for await (const report of reports) entries.add(report);
    return baselineOf(outcome(), { source: 'cluster', target: stored.target, entries: entries.list() });
  } finally {
    await stored.close();
  }
}
