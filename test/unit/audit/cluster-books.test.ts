import { describe, expect, it } from 'vitest';
import { openResultBook } from '../../../src/audit/cluster-books.ts';
import { DiffBook } from '../../../src/audit/diff-book.ts';
import { describeDiffNotes } from '../../../src/audit/diff-notes.ts';
import type { AuditOutcome, ClusterOutcome } from '../../../src/domain/audit.ts';
import { type Baseline, BaselineEntries } from '../../../src/domain/baseline.ts';
import type { ResourceReport } from '../../../src/domain/report.ts';
import { baselineOf } from '../../../src/sources/results/saved-baseline.ts';
import { aCoverage, aPolicy } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';
import { aFail, aReport } from '../sinks/report-builders.ts';

const policy = aPolicy('no-privileged');
const filters: NonNullable<AuditOutcome['filters']> = {
  scope: { cluster: true, namespaces: 'all' },
  ignoreNamespaces: [],
  labelSelector: undefined,
  policies: { include: [], exclude: [] },
  kinds: { include: [], exclude: [] },
};
const gap = {
  state: 'failed',
  policies: [],
  resource: undefined,
  namespace: undefined,
  code: 'AS-4201',
  reason: 'no',
  missing: undefined,
} as const;

type Clusters = Readonly<Record<string, { readonly uid?: string; readonly isBlind?: boolean }>>;

/** A result of several clusters, as it was saved. */
function aRun(clusters: Clusters, uid = 'run') {
  const policies = [{ policy, state: 'audited' as const, reason: undefined, notes: [] }];
  const each = Object.entries(clusters).map(
    ([name, { uid: own = name, isBlind = false }]): ClusterOutcome => {
      const coverage = aCoverage(isBlind ? { gaps: [gap] } : {});
      const outcome = anOutcome({ policies, coverage, complete: !isBlind });
      return { name, server: `https://${name}`, uid: own, sameAs: [], started: true, outcome };
    },
  );
  const base = anOutcome({ policies, filters, clusters: each });
  return {
    outcome: { ...base, run: { ...base.run, runUid: uid } },
    target: {
      ...{ context: undefined, server: undefined, contexts: Object.keys(clusters) },
      clusters: each.map((one) => ({ context: one.name, server: one.server, uid: one.uid })),
    },
  };
}

function failing(cluster: string, name: string, { message = 'no', isCertain = true } = {}): ResourceReport {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', groupResource: 'deployments.apps' };
  const report = { ...aReport(`shop/${name}`, [aFail(policy, message)]), cluster };
  return isCertain ? report : { ...report, owner: { ...owner, name: `${name}-1`, isCertain } };
}

function toBaseline(
  { outcome, target }: ReturnType<typeof aRun>,
  reports: readonly ResourceReport[],
): Baseline {
  const entries = new BaselineEntries();
  for (const report of reports) entries.add(report);
  return baselineOf(outcome, { source: 'old.json', target, entries: entries.list() });
}

type Side = readonly [Clusters, readonly ResourceReport[]];

function compare([old, before]: Side, [current, after]: Side) {
  const now = aRun(current);
  const book = openResultBook({ baseline: toBaseline(aRun(old), before), target: now.target });
  const states = after.map((report) => book.apply(report).results[0]?.baseline);
  const { counts, warnings, fixed = [], unseen = [] } = book.compare(now.outcome) ?? {};
  const named = (list: typeof fixed) => list.map(({ cluster, name }) => `${cluster ?? ''}/${name}`);
  return { states, counts, warnings, fixed: named(fixed), unseen: named(unseen) };
}

function diff([old, before]: Side, [current, after]: Side): readonly string[] {
  const [then, now] = [aRun(old, 'old'), aRun(current, 'new')];
  const book = new DiffBook({ baseline: toBaseline(then, before), looked: then.outcome }, now.target);
  for (const report of after) book.add(report);
  return book
    .finish({ looked: now.outcome, hidesAccepted: false })
    .map(({ state, entry: { cluster, name }, before: said }) =>
      [state, `${cluster ?? ''}/${name}`, ...said].join(' '),
    );
}

const both = { a: {}, b: {} };

describe('a saved result of several clusters beside a baseline', () => {
  it('is compared cluster by cluster', () => {
    const old = [failing('a', 'web'), failing('a', 'api'), failing('b', 'web')];
    const now = [failing('a', 'web'), failing('b', 'web', { message: 'other' }), failing('b', 'api')];
    expect(compare([both, old], [both, now])).toEqual({
      states: ['known', 'changed', 'new'],
      counts: { new: 1, changed: 1, known: 1, fixed: 1, unseen: 0 },
      warnings: [],
      fixed: ['a/api'],
      unseen: [],
    });
  });

  it('has nothing fixed in a context that leads to another cluster by now', () => {
    const old = [failing('a', 'web'), failing('b', 'web')];
    const { fixed, unseen, warnings } = compare([both, old], [{ a: { uid: 'other' }, b: {} }, []]);
    expect([fixed, unseen]).toEqual([['b/web'], ['a/web']]);
    expect(warnings).toEqual([
      expect.stringMatching(/^a: .*the cluster a, .*another cluster that now has this name/),
    ]);
  });

  it('has what is fixed in one cluster though nobody knows the owner of something in another', () => {
    const old = [failing('a', 'web'), failing('b', 'web')];
    const now = [failing('a', 'api', { isCertain: false })];
    const { fixed, unseen } = compare([both, old], [both, now]);
    expect([fixed, unseen]).toEqual([['b/web'], ['a/web']]);
  });

  it('has nothing fixed of a cluster that was not scanned', () => {
    const { fixed, unseen } = compare([both, [failing('a', 'web'), failing('b', 'web')]], [{ a: {} }, []]);
    expect([fixed, unseen]).toEqual([['a/web'], ['b/web']]);
  });

  it('is nothing that a result of one cluster can call fixed, whatever their targets are said to be', () => {
    const target = { context: 'a', server: 'https://a' };
    const baseline = { ...toBaseline(aRun(both), [failing('a', 'web')]), target };
    const compared = openResultBook({ baseline, target }).compare({
      ...aRun(both).outcome,
      clusters: undefined,
    });
    expect(compared?.counts).toMatchObject({ fixed: 0, unseen: 1 });
  });

  it('is compared with a baseline of one cluster only there', () => {
    const single = { ...toBaseline(aRun({}), []), clusters: undefined, filters };
    const entries = new BaselineEntries();
    entries.add({ ...failing('', 'web'), cluster: undefined });
    const target = { context: 'a', server: 'https://a' };
    const now = aRun(both);
    const book = openResultBook({
      baseline: { ...single, entries: entries.list(), target },
      target: now.target,
    });
    const states = ['a', 'b'].map((name) => book.apply(failing(name, 'web')).results[0]?.baseline);
    expect(states).toEqual(['known', 'new']);
    expect(book.compare(now.outcome)?.counts).toMatchObject({ new: 1, known: 1, unseen: 0 });
  });
});

describe('the difference of two results of several clusters', () => {
  it('is that of each cluster', () => {
    const old = [failing('a', 'web'), failing('b', 'web')];
    const now = [failing('a', 'web', { message: 'other' }), failing('b', 'api')];
    expect(diff([both, old], [both, now])).toEqual(['new b/api', 'changed a/web no', 'fixed b/web']);
  });

  it('has nothing new and nothing fixed in a context that leads to another cluster by now', () => {
    const old = [failing('a', 'web'), failing('b', 'web')];
    const now = [failing('a', 'api'), failing('b', 'api')];
    expect(diff([both, old], [{ a: { uid: 'other' }, b: {} }, now])).toEqual([
      ...['notSeenBefore a/api', 'new b/api', 'fixed b/web', 'notSeenNow a/web'],
    ]);
    const noted = (run: ReturnType<typeof aRun>, source: string) => ({
      ...run,
      source,
      hidesAccepted: false,
    });
    expect(
      describeDiffNotes(
        noted(aRun(both, '1'), 'old'),
        noted(aRun({ a: { uid: 'other' }, b: {} }, '2'), 'new'),
      ),
    ).toEqual([expect.stringMatching(/^a is another cluster in new than in old: /)]);
  });

  it.each([
    [
      'was not seen before',
      [{ a: { isBlind: true }, b: {} }, []],
      [both, [failing('a', 'x'), failing('b', 'x')]],
      ['notSeenBefore a/x', 'new b/x'],
    ],
    [
      'is not seen now',
      [both, [failing('a', 'x'), failing('b', 'x')]],
      [{ a: { isBlind: true }, b: {} }, []],
      ['fixed b/x', 'notSeenNow a/x'],
    ],
    [
      'has no certain owner',
      [both, [failing('a', 'x', { isCertain: false })]],
      [both, [failing('b', 'y')]],
      ['new b/y', 'notSeenNow a/x-1'],
    ],
  ] satisfies [string, Side, Side, string[]][])(
    'says of one cluster nothing that %s in another',
    (_, old, now, expected) => {
      expect(diff(old, now)).toEqual(expected);
    },
  );
});
