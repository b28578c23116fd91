import { describe, expect, it } from 'vitest';
import { BaselineBook } from '../../../src/audit/baseline-book.ts';
import type { AuditOutcome } from '../../../src/domain/audit.ts';
import { type Baseline, BaselineEntries } from '../../../src/domain/baseline.ts';
import { errorCodes } from '../../../src/domain/errors.ts';
import type { TopOwner } from '../../../src/domain/owner.ts';
import type { PolicyResult, ResourceReport } from '../../../src/domain/report.ts';
import { aCoverage, anException, aPolicy } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';
import { aFail, aPass, aReport, aSubject } from '../sinks/report-builders.ts';

const policy = aPolicy('no-privileged', { severity: 'high' });
const target = { context: 'kind', server: 'https://127.0.0.1:6443' };
const filters: NonNullable<AuditOutcome['filters']> = {
  scope: { cluster: true, namespaces: 'all' },
  ignoreNamespaces: [],
  labelSelector: undefined,
  policies: { include: [], exclude: [] },
  kinds: { include: [], exclude: [] },
};
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  groupResource: 'deployments.apps',
  name: 'web',
  isCertain: true,
};

/** A Pod of the Deployment `web`, unless said otherwise. */
function aPod(path: string, results: readonly PolicyResult[], owner: TopOwner = web): ResourceReport {
  const subject = aSubject(path, { apiVersion: 'v1', kind: 'Pod' });
  return { ...aReport(subject, results), groupResource: 'pods', owner };
}

function aBaseline(reports: readonly ResourceReport[], overrides: Partial<Baseline> = {}): Baseline {
  const entries = new BaselineEntries();
  for (const report of reports) entries.add(report);
  return {
    source: 'old.json',
    takenAt: undefined,
    entries: entries.list(),
    complete: true,
    filters,
    target,
    policies: [policy.uniqueName],
    ...overrides,
  };
}

const audited = [{ policy, state: 'audited', reason: undefined, notes: [] }] as const;

function compare(
  baseline: Baseline,
  reports: readonly ResourceReport[],
  overrides: Partial<AuditOutcome> = {},
) {
  const book = new BaselineBook({ baseline, target });
  const states = reports.flatMap((report) => book.apply(report).results.map((result) => result.baseline));
  const compared = book.compare(anOutcome({ policies: audited, filters, ...overrides }));
  return { states, counts: compared?.counts, warnings: compared?.warnings };
}

const old = aBaseline([aPod('shop/web-1', [aFail(policy, 'web-1 is privileged')])]);

describe('a violation beside a baseline', () => {
  it('is found in no time among 20,000 texts about the Pods of one owner', () => {
    const pods = Array.from({ length: 20_000 }, (_, index) =>
      aPod(`shop/web-${index}`, [aFail(policy, `container ${index} is privileged`)]),
    );
    const { counts } = compare(aBaseline(pods), pods);
    expect(counts).toMatchObject({ known: 20_000, new: 0 });
  });

  it.each<[string, ResourceReport, string | undefined]>([
    [
      'is known on another Pod of the owner',
      aPod('shop/web-9', [aFail(policy, 'web-9 is privileged')]),
      'known',
    ],
    ['is changed with another message', aPod('shop/web-1', [aFail(policy, 'runs as root')]), 'changed'],
    ['is new in another namespace', aPod('dev/web-1', [aFail(policy, 'web-1 is privileged')]), 'new'],
    ['is new of another policy', aPod('shop/web-1', [aFail('other', 'web-1 is privileged')]), 'new'],
    ['is new of another owner', aPod('shop/web-1', [aFail(policy)], { ...web, name: 'api' }), 'new'],
    [
      'is new of an owner of another kind',
      aPod('shop/web-1', [aFail(policy)], { ...web, kind: 'DaemonSet' }),
      'new',
    ],
    [
      'is nothing to it when it is accepted',
      aPod('shop/web-1', [{ ...aFail(policy), exception: anException() }]),
      undefined,
    ],
    [
      'is nothing to it without an answer',
      aPod('shop/web-1', [
        { policy, result: 'error', message: 'web-1 is privileged', errorCode: errorCodes.evaluationTimeout },
      ]),
      undefined,
    ],
  ])('%s', (_, report, state) => {
    expect(compare(old, [report]).states).toEqual([state]);
  });

  it('is known by its own name where the baseline did not know the owner', () => {
    const entry = { ...old.entries[0]!, group: '', kind: 'Pod', name: 'web-1', messages: ['web-1!'] };
    const report = aPod('shop/web-1', [aFail(policy, 'web-1!')]);
    expect(compare({ ...old, entries: [entry] }, [report]).states).toEqual(['known']);
  });

  it('is not fixed by its absence where its owner was uncertain, or where only results are known', () => {
    const uncertain = aBaseline([aPod('shop/web-1', [aFail(policy)], { ...web, isCertain: false })]);
    expect(compare(old, []).counts).toMatchObject({ fixed: 1, unseen: 0 });
    expect(compare(uncertain, []).counts).toMatchObject({ fixed: 0, unseen: 1 });
    const book = new BaselineBook({ baseline: old, target });
    const never = { confirmedAt: undefined, lastCompleteAt: undefined };
    const unchanged = { oldestChange: undefined, newestChange: undefined };
    const reportAge = { readAt: new Date(0), ...never, ...unchanged };
    const coverage = aCoverage({ reportAge });
    const outcome = anOutcome({ policies: audited, filters, coverage });
    expect(book.compare(outcome)?.counts).toMatchObject({ fixed: 0, unseen: 1 });
    book.apply(aPod('shop/web-1', [aPass(policy)]));
    expect(book.compare(outcome)?.counts).toMatchObject({ fixed: 1, unseen: 0 });
  });

  it('is one entry, however many objects have it', () => {
    const three = ['a', 'b', 'c'].map((name) => aPod(`shop/${name}`, [aFail(policy, `${name}!`)]));
    expect(aBaseline(three).entries).toMatchObject([
      { kind: 'Deployment', name: 'web', resources: ['pods'], messages: ['web!'] },
    ]);
    expect(compare(aBaseline(three), three.slice(0, 1)).counts).toMatchObject({
      known: 1,
      fixed: 0,
      unseen: 0,
    });
  });
});

describe('an entry without a violation', () => {
  const gap = {
    state: 'partial',
    policies: [],
    resource: undefined,
    namespace: undefined,
    code: errorCodes.listFailed,
    reason: 'no answer',
    missing: undefined,
  } as const;
  const fixed = { fixed: 1, unseen: 0 };
  const unseen = { fixed: 0, unseen: 1 };

  it.each<[string, Partial<AuditOutcome>, object]>([
    ['everything was looked at', {}, fixed],
    ['another type was not', { coverage: aCoverage({ gaps: [{ ...gap, resource: 'secrets' }] }) }, fixed],
    ['another namespace was not', { coverage: aCoverage({ gaps: [{ ...gap, namespace: 'dev' }] }) }, fixed],
    ['its type was not', { coverage: aCoverage({ gaps: [{ ...gap, resource: 'pods' }] }) }, unseen],
    ['its group was not', { coverage: aCoverage({ gaps: [{ ...gap, resource: 'v1' }] }) }, unseen],
    [
      'its policy was not',
      { coverage: aCoverage({ gaps: [{ ...gap, policies: ['ClusterAdmissionPolicy/no-privileged'] }] }) },
      unseen,
    ],
    ['there is no such policy', { policies: [] }, unseen],
    ['only some objects were asked for', { coverage: aCoverage({ labelSelector: 'app=web' }) }, unseen],
    ['it is another shard', { coverage: aCoverage({ shard: { index: 0, count: 2 } }) }, unseen],
    ['its namespace was ignored', { coverage: aCoverage({ ignoredNamespaces: ['shop'] }) }, unseen],
    [
      'other namespaces were asked for',
      { filters: { ...filters, scope: { cluster: true, namespaces: ['a'] } } },
      unseen,
    ],
    [
      'only some kinds were asked for',
      { filters: { ...filters, kinds: { include: ['pods'], exclude: [] } } },
      unseen,
    ],
    ['nobody knows what was asked for', { filters: undefined }, unseen],
    [
      'the policy does not apply there any more',
      {
        coverage: aCoverage({
          skipped: [
            {
              policy: 'ClusterAdmissionPolicy/no-privileged',
              resource: 'pods',
              namespaces: 1,
              names: ['shop'],
              reason: 'selector',
            },
          ],
        }),
      },
      unseen,
    ],
  ])('where %s', (_, overrides, expected) => {
    expect(compare(old, [], overrides).counts).toMatchObject(expected);
  });

  it('is not fixed while it is accepted, nor where an owner is not known', () => {
    const accepted = aPod('shop/web-1', [{ ...aFail(policy), exception: anException() }]);
    expect(compare(old, [accepted]).counts).toMatchObject({ fixed: 0, unseen: 0 });
    const somebody = aPod('shop/x', [aFail(policy)], { ...web, name: 'web-7d9', isCertain: false });
    expect(compare(old, [somebody]).counts).toMatchObject(unseen);
  });

  it('is fixed in another target only where its object was looked at', () => {
    const bare = aBaseline([aReport('shop/api', [aFail(policy)])], {
      target: { ...target, server: 'x', context: 'y' },
    });
    expect(compare(bare, []).counts).toMatchObject(unseen);
    expect(compare(bare, [aReport('shop/api', [aPass(policy)])]).counts).toMatchObject(fixed);
  });
});

describe('a baseline of a context', () => {
  const compareUids = (then: string | undefined, now: string | undefined, server = target.server) => {
    const baseline = { ...old, target: { ...target, uid: then } };
    const run = { baseline, target: { ...target, server, context: 'renamed', uid: now } };
    return new BaselineBook(run).compare(anOutcome({ policies: audited, filters }));
  };

  it('is of another target where its name and address lead to another cluster now', () => {
    const run = { baseline: { ...old, target: { ...target, uid: '1' } }, target: { ...target, uid: '2' } };
    const compared = new BaselineBook(run).compare(anOutcome({ policies: audited, filters }));
    expect(compared).toMatchObject({
      fixed: [],
      unseen: old.entries,
      warnings: [
        expect.stringMatching(/the cluster kind, but this scan about another cluster that now has this name/),
      ],
    });
  });

  it('is of the same target by the UID, and by the address where one UID is unknown', () => {
    expect(compareUids('1', '1', 'https://moved.test')?.fixed).toEqual(old.entries);
    expect(compareUids(undefined, '2')?.fixed).toEqual(old.entries);
    expect(compareUids('1', '2')?.fixed).toEqual([]);
  });
});

describe('what is to be known of a baseline', () => {
  const other = aPolicy('other');
  it.each<[string, Partial<Baseline>, Partial<AuditOutcome>, readonly RegExp[]]>([
    ['nothing', {}, {}, []],
    [
      'it is incomplete',
      { complete: false },
      {},
      [/incomplete scan: what that scan did not see counts as new/],
    ],
    ['nobody knows', { complete: undefined }, {}, [/does not say whether its scan was complete/]],
    [
      'it is a part',
      { filters: { ...filters, labelSelector: 'a=b' } },
      {},
      [/covers only a part \(-l a=b\)/],
    ],
    [
      'this scan is a part',
      {},
      { filters: { ...filters, scope: { cluster: false, namespaces: ['a'] } } },
      [/this scan covers only a part of the baseline \(-n a\)/],
    ],
    [
      'this scan has another policy',
      {},
      { policies: [...audited, { ...audited[0], policy: other }] },
      [/taken without the policy clusterwide-other: every violation of it counts as new/],
    ],
    [
      'this scan lacks a policy',
      {},
      { policies: [] },
      [/this scan does not use the policy clusterwide-no-privileged/],
    ],
    [
      'it is of files',
      { target: { context: undefined, server: undefined, paths: ['a'] } },
      {},
      [/is about a, but this scan about/],
    ],
  ])('%s', (_, baseline, outcome, expected) => {
    const { warnings } = compare({ ...old, ...baseline }, [], outcome);
    expect(warnings).toEqual(expected.map((one) => expect.stringMatching(one) as string));
  });
});
