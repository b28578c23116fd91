import { describe, expect, it } from 'vitest';
import { Comparer } from '../../../src/comparison/comparer.ts';
import type { PolicyStatus } from '../../../src/domain/audit.ts';
import type { PolicyPair } from '../../../src/domain/comparison.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { PolicyResult, ResourceReport } from '../../../src/domain/report.ts';
import { anObject, aPolicy, pods } from '../../support/builders.ts';

const installed = { ...aPolicy('x'), uniqueName: 'clusterwide-x@installed' };
const proposed = aPolicy('x');
const monitor: Policy = { ...installed, mode: 'monitor' };

/** What each of the two says of an object, by the first letter; `-` where it is not asked. */
type Said = 'p' | 'f' | 'e' | '-';

function toResult(policy: Policy, said: Said): readonly PolicyResult[] {
  if (said === '-') return [];
  const result = ({ p: 'pass', f: 'fail', e: 'error' } as const)[said];
  const errorCode = said === 'e' ? errorCodes.evaluationFailed : undefined;
  return [{ policy, result, message: result, errorCode }];
}

type Pair = { readonly installed: PolicyPair['installed']; readonly proposed: Policy };

function aReport(path: string, { installed: before, proposed: after }: Pair, said: string): ResourceReport {
  const [first = '-', second = '-'] = said as unknown as readonly Said[];
  const results = [
    ...(before === undefined || before instanceof Error ? [] : toResult(before, first)),
    ...toResult(after, second),
  ];
  return { subject: anObject(pods, path).reference, groupResource: 'pods', results };
}

function statusOf(policy: Policy, status: Partial<PolicyStatus> = {}): PolicyStatus {
  return { policy, state: 'audited', reason: undefined, notes: [], ...status };
}

function compare(said: readonly string[], pair: Pair, statuses?: readonly PolicyStatus[]) {
  const comparer = new Comparer();
  comparer.pair([pair]);
  for (const [index, one] of said.entries()) {
    const report = aReport(`a/pod-${index}`, pair, one);
    if (report.results.length > 0) comparer.add(report);
  }
  return comparer.finish(statuses ?? [statusOf(pair.proposed)]);
}

describe('one object under the installed policy and the new one', () => {
  it.each<[string, string, Policy | undefined, Policy, string | undefined]>([
    ['pf', 'newlyFailing', installed, proposed, undefined],
    ['-f', 'newlyFailing', installed, proposed, 'not-looked-at-before'],
    ['-f', 'newlyFailing', undefined, proposed, undefined],
    ['ff', 'newlyFailing', monitor, proposed, 'only-reported-before'],
    ['fp', 'newlyPassing', installed, proposed, undefined],
    ['f-', 'newlyPassing', installed, proposed, 'no-longer-looked-at'],
    ['ff', 'newlyPassing', installed, { ...proposed, mode: 'monitor' }, 'only-reported-from-now-on'],
    ['ff', 'stillFailing', installed, proposed, undefined],
    ['ff', 'stillFailing', monitor, { ...proposed, mode: 'monitor' }, undefined],
    ['pp', 'stillPassing', installed, proposed, undefined],
    ['p-', 'stillPassing', installed, proposed, undefined],
    ['-p', 'stillPassing', installed, proposed, undefined],
    ['ef', 'notCompared', installed, proposed, undefined],
    ['fe', 'notCompared', installed, proposed, undefined],
    ['ee', 'notCompared', installed, proposed, undefined],
    ['-e', 'notCompared', undefined, proposed, undefined],
  ])('%s is %s', (said, count, before, after, why) => {
    const { counts, changes } = compare([said], { installed: before, proposed: after });
    expect(Object.entries(counts).filter(([, number]) => number > 0)).toEqual([[count, 1]]);
    const isChange = count.startsWith('newly');
    expect(changes.map((change) => change.why)).toEqual(isChange ? [why] : []);
  });
});

describe('many objects', () => {
  it('are counted by namespace, and by whether both policies are asked', () => {
    const pair = { installed, proposed };
    const comparer = new Comparer();
    comparer.pair([pair]);
    for (const [path, said] of [
      ['a/one', 'pf'],
      ['a/two', '-f'],
      ['b/three', 'f-'],
      ['four', 'pp'],
    ] as const)
      comparer.add(aReport(path, pair, said));
    const { namespaces, policies } = comparer.finish([]);
    const zero = { newlyFailing: 0, newlyPassing: 0, stillFailing: 0, stillPassing: 0, notCompared: 0 };
    expect(namespaces).toEqual(
      new Map([
        ['a', { ...zero, newlyFailing: 2 }],
        ['b', { ...zero, newlyPassing: 1 }],
        [undefined, { ...zero, stillPassing: 1 }],
      ]),
    );
    expect(policies).toMatchObject([{ newlyAsked: 1, noLongerAsked: 1, differences: [] }]);
  });

  it('that no policy of a pair is asked about are none', () => {
    const comparer = new Comparer();
    comparer.pair([{ installed, proposed }]);
    comparer.add(aReport('a/pod', { installed: undefined, proposed: aPolicy('other') }, '-f'));
    expect(comparer.finish([]).namespaces.size).toBe(0);
  });

  it('share one reason where a policy says the same of each', () => {
    expect(compare(['pe', 'fe', 'ef', 'pf'], { installed, proposed }).notCompared).toMatchObject([
      { side: 'proposed', code: 'AS-4201', count: 2 },
      { side: 'installed', count: 1 },
    ]);
  });
});

describe('what is not known', () => {
  it.each<[string, Pair, PolicyStatus, object]>([
    [
      'the installed one cannot be read',
      { installed: new AuditError(errorCodes.policyInvalid, 'no rules'), proposed },
      statusOf(proposed),
      { side: 'installed', code: 'AS-4301', reason: 'no rules' },
    ],
    [
      'the installed one cannot run',
      { installed, proposed },
      statusOf(installed, { state: 'errored', reason: 'no module' }),
      { side: 'installed', reason: 'no module' },
    ],
    [
      'the installed one is in force and not to be asked',
      { installed: { ...installed, backgroundAudit: false }, proposed },
      statusOf(installed, { state: 'skipped', reason: 'backgroundAudit: false' }),
      { side: 'installed', reason: 'backgroundAudit: false' },
    ],
    [
      'the new one cannot run',
      { installed, proposed },
      statusOf(proposed, { state: 'errored', reason: 'no module' }),
      { side: 'proposed', reason: 'no module' },
    ],
  ])('is never a change: %s', (_, pair, status, expected) => {
    const policy =
      status.policy === installed && pair.installed !== installed ? pair.installed : status.policy;
    const statuses = [{ ...status, policy: policy as Policy }];
    const { changes, counts, notCompared } = compare(['-f', '-p'], pair, statuses);
    expect(changes).toEqual([]);
    expect(counts).toMatchObject({ newlyFailing: 0, stillPassing: 0, notCompared: 2 });
    expect(notCompared).toMatchObject([{ ...expected, count: 2 }]);
  });

  it('is whether a policy is asked, where a fact is missing', () => {
    const pair = { installed, proposed };
    const comparer = new Comparer();
    comparer.pair([pair]);
    const error = new AuditError(errorCodes.namespaceUnknown, 'labels of a');
    for (const name of ['a/asked', 'a/silent'])
      comparer.miss(anObject(pods, name).reference, installed, error);
    comparer.add(aReport('a/asked', pair, '-f'));
    const { counts, notCompared } = comparer.finish([]);
    expect(counts).toMatchObject({ newlyFailing: 0, notCompared: 2 });
    expect(notCompared).toMatchObject([{ side: 'installed', reason: 'labels of a', count: 2 }]);
  });

  it('is not what a policy would reject that is not active', () => {
    const pending = { ...installed, status: 'pending' };
    const statuses = [statusOf(pending, { state: 'skipped', reason: 'status: pending' })];
    expect(compare(['-f'], { installed: pending, proposed }, statuses).counts).toMatchObject({
      newlyFailing: 1,
      notCompared: 0,
    });
  });
});

describe('what is not the same in two policies', () => {
  const single = (module: string, settings: Record<string, unknown> = {}): Policy['execution'] => ({
    kind: 'single',
    module,
    settings,
    contextAwareResources: [],
    hostCapabilities: ['*'],
    timeoutEvalSeconds: undefined,
  });

  it.each<[Partial<Policy>, Partial<Policy>, string[]]>([
    [{}, {}, []],
    [{ mode: 'monitor' }, {}, ['mode monitor -> protect']],
    [{ execution: single('registry://a:1') }, { execution: single('registry://a:2') }, ['module']],
    [{ execution: single('m', { a: 1, b: 2 }) }, { execution: single('m', { b: 2, a: 1 }) }, []],
    [{ execution: single('m', { a: 1 }) }, { execution: single('m', { a: 2 }) }, ['settings']],
    [{ matchConditions: [] }, { rules: [], matchPolicy: 'Exact' }, ['rules', 'matchPolicy']],
  ])('%j -> %j', (before, after, differences) => {
    const pair = { installed: { ...installed, ...before }, proposed: { ...proposed, ...after } };
    expect(compare([], pair).policies[0]?.differences).toEqual(differences);
  });
});
