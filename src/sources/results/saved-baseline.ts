import { type Baseline, BaselineEntries, type BaselineEntry } from '../../domain/index.ts';
import { readSavedResult, type SavedResult } from './saved-result.ts';

/** The violations of a saved result, or of a baseline that was made of one. Rejects with an AuditError as `readSavedResult` does. */
export async function readBaseline(path: string): Promise<Baseline> {
  const saved = await readSavedResult(path);
  const { outcome, target } = saved;
  const audited = outcome.policies.filter(({ state }) => state === 'audited');
  return {
    source: path,
    takenAt: outcome.run.startedAt,
    entries: await readEntries(saved),
    complete: outcome.complete,
    filters: outcome.filters,
    target,
    policies: audited.map(({ policy }) => policy.uniqueName),
  };
}

async function readEntries(saved: SavedResult): Promise<readonly BaselineEntry[]> {
  if (saved.kind === 'baseline') {
    const list: BaselineEntry[] = [];
    for await (const entry of saved.readEntries()) list.push(entry);
    return list;
  }
  const entries = new BaselineEntries();
  for await (const report of saved.readReports()) entries.add(report);
  return entries.list();
}
