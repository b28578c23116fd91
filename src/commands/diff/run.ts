import { DiffBook, describeDiffNotes, type NotedResult, Passes } from '../../audit/index.ts';
import {
  type AuditOutcome,
  type Baseline,
  BaselineEntries,
  countStates,
  type DiffEntry,
  type DiffSide,
  type DiffState,
  type ResultDiff,
  type RunTarget,
  type SeverityName,
  severityNames,
} from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { baselineOf } from '../../sources/results/index.ts';
import { judge } from '../../verdict/index.ts';
import { type Operand, openOperand } from './operand.ts';
import type { DiffConfig } from './options.ts';
import { checkOutputs, writeDiff } from './output.ts';

/** `audit-scanner diff`. Resolves to the exit code; rejects with an AuditError for a result that cannot be used. */
export async function runDiff(config: DiffConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { scan } = config;
  await checkOutputs(scan);
  const old = await openOperand(config.old, { scan, io, signal });
  try {
    const current = await openOperand(config.current, { scan, io, signal });
    try {
      const diff = await compare(old, current, { sameTarget: config.sameTarget, signal });
      const outcome = toJudged(current.outcome(), diff);
      const gate = judge(outcome, scan.gate, undefined);
      return await writeDiff({ diff, outcome, gate }, scan, io);
    } finally {
      await current.close();
    }
  } finally {
    await old.close();
  }
}

async function compare(
  old: Operand,
  current: Operand,
  { sameTarget, signal }: { readonly sameTarget: boolean; readonly signal: AbortSignal },
): Promise<ResultDiff> {
  const entries = new BaselineEntries();
  // Nobody knows what else the runs looked at that stored the reports.
  const passes = old.isStored ? new Passes() : undefined;
  for await (const report of old.reports) {
    signal.throwIfAborted();
    entries.add(report);
    passes?.add(report);
  }
  const target = sameTarget ? current.target : old.target;
  const looked = old.outcome();
  const taken = baselineOf(looked, { source: old.path, target, entries: entries.list() });
  const baseline = sameTarget ? withClustersOf(target, taken) : taken;
  const book = new DiffBook({ baseline, looked, passes }, current.target);
  for await (const report of current.reports) {
    signal.throwIfAborted();
    book.add(report);
  }
  const noted = toNoted(current);
  return {
    old: toSide(old),
    current: toSide(current),
    entries: book.finish({ looked: current.outcome(), hidesAccepted: noted.hidesAccepted }),
    notes: describeDiffNotes({ ...toNoted(old), target }, noted),
  };
}

/** Of several clusters, those that have one name are one. */
function withClustersOf({ clusters = [] }: RunTarget, baseline: Baseline): Baseline {
  if (baseline.clusters === undefined) return baseline;
  const targets = new Map(clusters.map((target) => [target.context, target]));
  const parts = [...baseline.clusters].map(
    ([name, part]) => [name, { ...part, target: targets.get(name) ?? part.target }] as const,
  );
  return { ...baseline, clusters: new Map(parts) };
}

function toNoted({ path, kind, target, ...operand }: Operand): NotedResult {
  const outcome = operand.outcome();
  const hidesAccepted = kind === 'baseline' && outcome.totals.accepted > 0;
  return { source: path, outcome, target, hidesAccepted };
}

function toSide({ path, target, toolVersion, outcome }: Operand): DiffSide {
  const { run, complete } = outcome();
  return { source: path, runUid: run.runUid, takenAt: run.startedAt, complete, target, toolVersion };
}

/** The gate is about what is new; what only one of the two looked at may be among it. */
function toJudged(outcome: AuditOutcome, { old, entries, notes }: ResultDiff): AuditOutcome {
  const { notSeenBefore, notSeenNow, ...counts } = countStates(entries);
  const of = (state: DiffState) => countSeverities(entries.filter((one) => one.state === state));
  return {
    ...outcome,
    complete: outcome.complete && notSeenBefore + notSeenNow === 0,
    baseline: {
      source: old.source,
      takenAt: old.takenAt,
      warnings: notes,
      counts: { ...counts, unseen: notSeenBefore + notSeenNow },
      failBySeverity: { new: of('new'), changed: of('changed'), known: of('known') },
      fixed: [],
      unseen: [],
    },
  };
}

function countSeverities(entries: readonly DiffEntry[]): Record<SeverityName, number> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unset: 0, info: 0 };
  for (const name of severityNames)
    counts[name] = entries.filter(({ entry }) => entry.severity === name).length;
  return counts;
}
