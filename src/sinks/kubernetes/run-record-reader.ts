import {
  clockToleranceMs,
  type RecordedReuse,
  type ReuseTotals,
  type RunRecord,
  type UnusableRecord,
} from '../../domain/index.ts';
import {
  annotationOf,
  policyIdOf,
  type RunRow,
  runRecordVersion,
  runRowPolicy,
} from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import { listProperty, property, textProperty } from './properties.ts';

/** Reads the run record as the API gives it. `now` tells the future from the past. Never throws. */
export function readRunRecord(document: unknown, now: Date): RunRecord | UnusableRecord {
  const annotations = property(property(document, 'metadata'), 'annotations');
  const read = (fact: string): string => textProperty(annotations, annotationOf(fact));
  const version = read('record-version');
  if (version === '') return { unusable: 'foreign' };
  if (version !== runRecordVersion) return { unusable: /^\d+$/.test(version) ? 'newer' : 'malformed' };
  const facts = readFacts(read);
  if (facts === undefined)
    return { unusable: read('started-at') === '' && hasShards(annotations) ? 'unfinished' : 'malformed' };
  const { answered, ...record } = facts;
  const { startedAt, finishedAt, lastCompleteAt, reuse } = record;
  const times = [startedAt, finishedAt, lastCompleteAt, reuse?.since, ...answered.values()];
  const latest = now.getTime() + clockToleranceMs;
  if (times.some((at) => at !== undefined && at.getTime() > latest)) return { unusable: 'future' };
  const oldest = Math.min(...[...new Set(answered.values())].map((at) => at.getTime()));
  return {
    ...record,
    answeredAt: (policy) => answered.get(policyIdOf(policy)),
    oldestMark: answered.size === 0 ? undefined : new Date(oldest),
  };
}

/** Whether shards have written, of which the last one writes the rest. */
function hasShards(annotations: unknown): boolean {
  const prefix = annotationOf('shard-');
  return (
    typeof annotations === 'object' &&
    annotations !== null &&
    Object.keys(annotations).some((name) => name.startsWith(prefix))
  );
}

type Facts = Omit<RunRecord, 'answeredAt' | 'oldestMark'> & { readonly answered: ReadonlyMap<string, Date> };

function readFacts(read: (fact: string) => string): Facts | undefined {
  const [startedAt, finishedAt] = [toTime(read('started-at')), toTime(read('finished-at'))];
  const complete = read('complete');
  const answered = toAnswered(read('answered'));
  const counts = toCounts(toJson(read('cells')), toJson(read('totals')));
  const isWhole = startedAt && finishedAt && answered && counts;
  if (!isWhole || !/^(true|false)$/.test(complete)) return undefined;
  return {
    runUid: read('run-uid'),
    startedAt,
    finishedAt,
    complete: complete === 'true',
    lastCompleteAt: toTime(read('last-complete-at')),
    toolVersion: read('scanner-version'),
    ...counts,
    answered,
    reuse: toReuse(read('reuse')),
  };
}

/** What was looked at and found; undefined where that are not the counts that we write. */
export function toCounts(
  cellCounts: unknown,
  totals: unknown,
): Pick<RunRecord, 'cells' | 'totals'> | undefined {
  const cells = {
    scanned: toCount(cellCounts, 'scanned'),
    partial: toCount(cellCounts, 'partial'),
    failed: toCount(cellCounts, 'failed'),
    empty: toCount(cellCounts, 'empty'),
    skipped: toCount(cellCounts, 'skipped'),
  };
  const [resources, evaluations] = [toCount(totals, 'resources'), toCount(totals, 'evaluations')];
  const reuseCounts = property(totals, 'reuse');
  const resultCounts = property(totals, 'results');
  const results = {
    pass: toCount(resultCounts, 'pass'),
    fail: toCount(resultCounts, 'fail'),
    warn: toCount(resultCounts, 'warn'),
    error: toCount(resultCounts, 'error'),
    skip: toCount(resultCounts, 'skip'),
  };
  const counts = [resources, evaluations, ...Object.values(cells), ...Object.values(results)];
  if (!counts.every(Number.isSafeInteger)) return undefined;
  const reuse = reuseCounts !== undefined && toReuseTotals(reuseCounts);
  return { cells, totals: { resources, evaluations, ...reuse, results } };
}

function toReuseTotals(counts: unknown): { readonly reuse?: ReuseTotals } {
  const [reused, confirmed] = [toCount(counts, 'reused'), toCount(counts, 'confirmed')];
  const sampleSeed = toCount(counts, 'sampleSeed');
  const isWhole = [reused, confirmed, sampleSeed].every(Number.isSafeInteger);
  return isWhole ? { reuse: { reused, confirmed, sampleSeed } } : {};
}

/** Undefined also for what somebody has changed: then nothing is reused, and the rest of the record is as good as it was. */
function toReuse(text: string): RecordedReuse | undefined {
  const terms = parseJson(text);
  const [ageMs, since] = [toCount(terms, 'ageMs'), toTime(textProperty(terms, 'since'))];
  const [ignored, due] = [property(terms, 'ignored'), property(terms, 'due')];
  if (!Number.isSafeInteger(ageMs) || since === undefined) return undefined;
  if (typeof ignored !== 'string' || typeof due !== 'string') return undefined;
  const ids = new Set(due.split(' '));
  return { ageMs, since, ignored, isDue: (policy) => ids.has(policyIdOf(policy)) };
}

/** A time as we write it. */
export function toTime(text: string): Date | undefined {
  const isTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text));
  return isTime ? new Date(text) : undefined;
}

function toJson(text: string): unknown {
  return parseJson(Buffer.from(text));
}

/** Not a number where it is no count. */
function toCount(value: unknown, name: string): number {
  const count = property(value, name);
  return typeof count === 'number' && count >= 0 ? count : Number.NaN;
}

/** Policies' ids by the time, with spaces between them. */
function toAnswered(text: string): ReadonlyMap<string, Date> | undefined {
  const groups = toJson(text);
  if (typeof groups !== 'object' || groups === null || Array.isArray(groups)) return undefined;
  const answered = new Map<string, Date>();
  for (const [time, ids] of Object.entries(groups)) {
    const at = toTime(time);
    if (at === undefined || typeof ids !== 'string') return undefined;
    for (const id of ids.split(' ')) answered.set(id, at);
  }
  return answered;
}

/** What the record says of policies that were not audited in full; what is no such row is left out. */
export function readPolicyRows(document: unknown): readonly RunRow[] {
  return listProperty(document, 'results').flatMap((row): RunRow[] => {
    const [policy, result] = [textProperty(row, 'policy'), textProperty(row, 'result')];
    if (policy === '' || policy === runRowPolicy || (result !== 'error' && result !== 'skip')) return [];
    const answeredAt = textProperty(property(row, 'properties'), 'last-answered-at');
    return [
      {
        policy,
        result,
        source: textProperty(row, 'source'),
        category: textProperty(row, 'category'),
        message: textProperty(row, 'message'),
        properties: answeredAt === '' ? {} : { 'last-answered-at': answeredAt },
      },
    ];
  });
}
