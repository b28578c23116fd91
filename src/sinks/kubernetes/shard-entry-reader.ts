import { type CoverageGap, clockToleranceMs, errorCodes, maxShards } from '../../domain/index.ts';
import { annotationOf, type ShardEntry, shardFact } from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import { listProperty, property, textProperty } from './properties.ts';
import { toCounts, toTime } from './run-record-reader.ts';

/** What the shards of runs have left in the record. What is not an entry, or is from the future, is left out. Never throws. */
export function readShardEntries(document: unknown, now: Date): readonly ShardEntry[] {
  const annotations = property(property(document, 'metadata'), 'annotations');
  const indexes = Array.from({ length: maxShards }, (_, index) => index);
  return indexes.flatMap((index) => {
    const text = textProperty(annotations, annotationOf(shardFact(index)));
    const entry = text === '' ? undefined : toEntry(parseJson(Buffer.from(text)), index);
    const latest = now.getTime() + clockToleranceMs;
    return entry === undefined || entry.finishedAt.getTime() > latest ? [] : [entry];
  });
}

function toEntry(value: unknown, index: number): ShardEntry | undefined {
  const [job, policies] = [textProperty(value, 'job'), textProperty(value, 'policies')];
  const [startedAt, finishedAt] = ['startedAt', 'finishedAt'].map((name) =>
    toTime(textProperty(value, name)),
  );
  const [count, complete] = [property(value, 'count'), property(value, 'complete')];
  const counts = toCounts(property(value, 'cells'), property(value, 'totals'));
  const isShard = typeof count === 'number' && Number.isInteger(count) && index < count && count <= maxShards;
  if (!isShard || job === '' || typeof complete !== 'boolean' || !startedAt || !finishedAt || !counts)
    return undefined;
  const idsIn = (name: string): ReadonlySet<string> => new Set(textProperty(value, name).split(' '));
  const gaps = listProperty(value, 'gaps').flatMap(toGap);
  return {
    job,
    shard: { index, count },
    startedAt,
    finishedAt,
    complete,
    ...counts,
    policies,
    unanswered: idsIn('unanswered'),
    terms: textProperty(value, 'terms'),
    due: idsIn('due'),
    clean: property(value, 'clean') === true,
    gaps,
  };
}

function toGap(value: unknown): readonly CoverageGap[] {
  const code = Object.values(errorCodes).find((known) => known === textProperty(value, 'code'));
  const state = textProperty(value, 'state');
  if (code === undefined || (state !== 'partial' && state !== 'failed')) return [];
  const missing = property(value, 'missing');
  return [
    {
      state,
      code,
      policies: listProperty(value, 'policies').filter((policy) => typeof policy === 'string'),
      resource: textProperty(value, 'resource') || undefined,
      namespace: textProperty(value, 'namespace') || undefined,
      reason: textProperty(value, 'reason'),
      missing: typeof missing === 'number' ? missing : undefined,
    },
  ];
}
