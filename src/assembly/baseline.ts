import type { ScanConfig } from '../config/index.ts';
import type { Baseline } from '../domain/index.ts';

/** What a run is compared with, if the user named something. Rejects with an AuditError where that cannot be used. */
export async function loadBaseline({
  baselineSource,
}: Pick<ScanConfig, 'baselineSource'>): Promise<Baseline | undefined> {
  if (baselineSource === undefined) return undefined;
  // What checks it takes long to load, and most runs have no baseline.
  const { readBaseline } = await import('../sources/results/index.ts');
  return readBaseline(baselineSource);
}
