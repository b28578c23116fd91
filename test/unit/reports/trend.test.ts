import { describe, expect, it } from 'vitest';
import type { RunFilters } from '../../../src/domain/run-filters.ts';
import type { HistoryEntry } from '../../../src/reports/history.ts';
import { toTrend } from '../../../src/reports/trend.ts';
import { anEarlierRun } from '../../support/page-documents.ts';
import { aDocument, clusterContext, filesContext } from './findings.ts';

const document = aDocument([]);
const { runUid } = document.outcome.run;

/** File, doubt and whether it counts, oldest first. */
function describeTrend(history: readonly HistoryEntry[], context = clusterContext, about = document) {
  const { points } = toTrend(history, about, context);
  return points.map(({ file, doubt, counts }) => [file ?? 'this run', doubt, counts]);
}

it('puts runs in the order of time, this one among them', () => {
  const later = anEarlierRun(27);
  expect(describeTrend([later, anEarlierRun(3), anEarlierRun(1)])).toEqual([
    ['01.json', undefined, true],
    ['03.json', undefined, true],
    ['this run', undefined, true],
    ['27.json', undefined, true],
  ]);
});

it.each([
  [
    'two of one second',
    [anEarlierRun(3), anEarlierRun(3, { file: 'b.json', runUid: 'other' })],
    [
      ['03.json', 'another result has the same timestamp', true],
      ['b.json', 'another result has the same timestamp', true],
    ],
  ],
  [
    'the same result twice',
    [anEarlierRun(3), anEarlierRun(3, { file: 'copy.json' })],
    [
      ['03.json', 'another result has the same timestamp', true],
      ['copy.json', 'the same run as 03.json', false],
    ],
  ],
  ['this run, saved', [anEarlierRun(3, { runUid })], [['03.json', 'the same run as this run', false]]],
  [
    'another cluster',
    [anEarlierRun(3, { target: { mode: 'cluster', context: 'prod', server: 'https://prod' } })],
    [['03.json', 'about something else: prod', false]],
  ],
  [
    'the same cluster by another name',
    [
      anEarlierRun(3, {
        target: { mode: 'cluster', context: 'ci', server: clusterContext.target.server },
      }),
    ],
    [['03.json', undefined, true]],
  ],
  [
    'a scan of files',
    [anEarlierRun(3, { target: { mode: 'files', context: undefined, server: undefined } })],
    [['03.json', 'about something else: files', false]],
  ],
])('marks %s', (_name, history, expected) => {
  expect(describeTrend(history).slice(0, -1)).toEqual(expected);
});

it('takes no cluster for the files that are scanned now', () => {
  expect(describeTrend([anEarlierRun(3)], filesContext)[0]).toEqual([
    '03.json',
    'about something else: kind-demo',
    false,
  ]);
});

it('names what could not be read', () => {
  const broken = { file: 'broken.json', unreadable: 'it was cut short' };
  expect(toTrend([broken], document, clusterContext)).toMatchObject({
    points: [{ file: undefined }],
    unreadable: [broken],
  });
});

describe('of runs that were asked for a part', () => {
  const filters = {
    scope: { cluster: false, namespaces: ['shop', 'web'] },
    ignoreNamespaces: [],
    labelSelector: undefined,
    policies: { include: [], exclude: [] },
    kinds: { include: [], exclude: [] },
  };
  const part = { ...document, outcome: { ...document.outcome, filters } };
  const trendOf = (earlier: RunFilters | undefined) =>
    describeTrend([anEarlierRun(3, { filters: earlier })], clusterContext, part)[0];

  it.each<[string, RunFilters, string]>([
    ['everything', { ...filters, scope: { cluster: true, namespaces: 'all' } }, 'everything'],
    ['another namespace', { ...filters, scope: { cluster: false, namespaces: ['shop'] } }, '-n shop'],
    ['some labels', { ...filters, labelSelector: 'app=web' }, '-n shop,web -l app=web'],
    [
      'some policies',
      { ...filters, policies: { include: ['no-*'], exclude: [] } },
      '-n shop,web --policy no-*',
    ],
    [
      'some kinds',
      { ...filters, kinds: { include: [], exclude: ['jobs'] } },
      '-n shop,web --exclude-kinds jobs',
    ],
  ])('one of %s is not drawn with this one, and is said to be so', (_name, earlier, said) => {
    expect(trendOf(earlier)).toEqual(['03.json', `about another part: ${said}`, false]);
  });

  it('one of the same part is drawn, in whatever order that was named', () => {
    const same = { ...filters, scope: { cluster: false, namespaces: ['web', 'shop'] } };
    expect(trendOf(same)).toEqual(['03.json', undefined, true]);
  });

  it('one that does not say its part is drawn with a mark', () => {
    expect(trendOf(undefined)).toEqual(['03.json', 'it does not say what it covered', true]);
  });
});
