import {
  type AuditOutcome,
  type Baseline,
  BaselineEntries,
  type BaselineEntry,
  type ClusterOutcome,
  type RunFilters,
} from '../../domain/index.ts';
import { readSavedResult, type SavedResult } from './saved-result.ts';

/** The violations of a saved result, or of a baseline that was made of one. Rejects with an AuditError as `readSavedResult` does. */
export async function readBaseline(path: string): Promise<Baseline> {
  const saved = await readSavedResult(path);
  const { outcome, target } = saved;
  return baselineOf(outcome, { source: path, target, entries: await readEntries(saved) });
}

/** Facts about the run behind the entries. */
export function baselineOf(
  outcome: AuditOutcome,
  { source, target, entries }: Pick<Baseline, 'source' | 'target' | 'entries'>,
): Baseline {
  const { run, complete, filters, policies, incidents, coverage } = outcome;
  const audited = policies.filter(({ state }) => state === 'audited');
  const named = audited.map(({ policy }) => policy.uniqueName);
  if (coverage.reportAge === undefined) {
    const clusters = outcome.clusters && new Map(outcome.clusters.map((one) => [one.name, toPart(one)]));
    return { source, takenAt: run.startedAt, entries, complete, filters, target, policies: named, clusters };
  }
  const { confirmedAt } = coverage.reportAge;
  return {
    source,
    takenAt: confirmedAt,
    entries,
    complete: confirmedAt === undefined ? undefined : isOfCompleteRun(outcome),
    // Which namespaces a run over the whole cluster has left out is not stored.
    filters: filters && isWhole(filters) ? undefined : filters,
    target,
    policies: named,
    doubts: incidents.map(({ error }) => error.message),
  };
}

/** What is wrong with one policy only is a doubt of its own. */
function isOfCompleteRun({ incidents, evaluationFailures }: AuditOutcome): boolean {
  return incidents.every(({ scope }) => scope.policy !== undefined) && evaluationFailures.length === 0;
}

function isWhole({ scope: { cluster, namespaces } }: RunFilters): boolean {
  return cluster && namespaces === 'all';
}

/** Caveats about one cluster of a run over several. */
function toPart({
  name,
  server,
  uid,
  outcome,
}: ClusterOutcome): Pick<Baseline, 'complete' | 'policies' | 'target'> {
  const audited = outcome.policies.filter(({ state }) => state === 'audited');
  return {
    complete: outcome.complete,
    policies: audited.map(({ policy }) => policy.uniqueName),
    target: { context: name, server, uid },
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
