import type { ScanConfig } from '../config/index.ts';
import type { HistoryEntry } from '../reports/index.ts';

/** The earlier runs that the user has results of, if a folder was named. Rejects with `historyUnreadable` where that cannot be read. */
export async function loadHistory({
  historyFolder,
}: Pick<ScanConfig, 'historyFolder'>): Promise<readonly HistoryEntry[] | undefined> {
  if (historyFolder === undefined) return undefined;
  // What checks them takes long to load, and most runs have none.
  const { readHistory } = await import('../sources/results/index.ts');
  return readHistory(historyFolder);
}
