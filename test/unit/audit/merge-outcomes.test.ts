import { describe, expect, it } from 'vitest';
import { mergeOutcomes } from '../../../src/audit/merge-outcomes.ts';
import type { AuditOutcome, ClusterOutcome } from '../../../src/domain/audit.ts';
import type { Baseline, BaselineComparison, BaselineEntry } from '../../../src/domain/baseline.ts';
import type { ExceptionUse } from '../../../src/domain/exception.ts';
import { describeExceptions } from '../../../src/reports/exception-warnings.ts';
import { anException } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';

const { run, finishedAt } = anOutcome();

function aCluster(name: string, outcome: Partial<AuditOutcome>): ClusterOutcome {
  const server = `https://${name}.test`;
  return { name, server, uid: name, sameAs: [], started: true, outcome: anOutcome(outcome) };
}

describe('the exceptions of several clusters', () => {
  const listed = (findings: number): ExceptionUse => ({
    exception: anException({ policy: 'listed' }),
    state: findings > 0 ? 'used' : 'unused',
    findings,
  });
  const ofObject = (name: string, findings: number): ExceptionUse => ({
    exception: anException({ policy: name, saidBy: { groupResource: 'pods', namespace: 'shop', name } }),
    state: 'used',
    findings,
  });
  const merge = (...each: readonly (readonly ExceptionUse[])[]) =>
    mergeOutcomes(
      { run, finishedAt },
      each.map((exceptions, index) => aCluster(`c${index}`, { exceptions })),
    ).exceptions?.map(({ exception: { policy, saidBy }, state, findings }) => [
      policy,
      ...(saidBy === undefined ? [] : [saidBy.cluster]),
      state,
      findings,
    ]);

  it('are those of the files, added up, and each that an object states', () => {
    expect(
      merge([listed(1), ofObject('web', 2)], [listed(3), ofObject('api', 4), ofObject('db', 5)]),
    ).toEqual([
      ['listed', 'used', 4],
      ['web', 'c0', 'used', 2],
      ['api', 'c1', 'used', 4],
      ['db', 'c1', 'used', 5],
    ]);
  });

  it('are those of objects alone where there is no file', () => {
    expect(merge([], [ofObject('web', 1)], [ofObject('api', 2)])).toEqual([
      ['web', 'c1', 'used', 1],
      ['api', 'c2', 'used', 2],
    ]);
  });
});

describe('the annotations of several clusters', () => {
  it('are added up, with the invalid ones of each', () => {
    const invalid = (name: string, within: object = {}) => ({
      object: { groupResource: 'pods', namespace: 'shop', name, ...within },
      origin: undefined,
      problems: ['no reason'],
      objects: 1,
    });
    const merged = mergeOutcomes({ run, finishedAt }, [
      aCluster('a', { annotations: { accepted: 2, invalid: [invalid('web')] } }),
      aCluster('b', { annotations: { accepted: 3, invalid: [invalid('api')] } }),
    ]);
    expect(merged.annotations).toEqual({
      accepted: 5,
      invalid: [invalid('web', { cluster: 'a' }), invalid('api', { cluster: 'b' })],
    });
    expect(describeExceptions(merged)).toEqual([
      'warning: annotations are not valid, and accept nothing [AS-2018]',
      '    a: annotation of shop/pods/web: no reason',
      '    b: annotation of shop/pods/api: no reason',
    ]);
  });

  it('are unknown where nobody was asked for them', () => {
    expect(mergeOutcomes({ run, finishedAt }, [aCluster('a', {})]).annotations).toBeUndefined();
  });
});

describe('a baseline of one cluster beside several', () => {
  const entry: BaselineEntry = {
    policy: 'no-privileged',
    group: 'apps',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    resources: ['pods'],
    severity: 'high',
    messages: ['web is privileged'],
  };
  const none = { critical: 0, high: 0, medium: 0, low: 0, info: 0, unset: 0 };
  const compared: BaselineComparison = {
    source: 'old.json',
    takenAt: undefined,
    warnings: [],
    counts: { new: 0, changed: 0, known: 0, fixed: 0, unseen: 0 },
    failBySeverity: { new: none, changed: none, known: none },
    fixed: [],
    unseen: [],
  };
  const compare = (context: string) => {
    const baseline: Baseline = {
      source: 'old.json',
      takenAt: undefined,
      entries: [entry],
      complete: true,
      filters: undefined,
      target: { context, server: undefined },
      policies: undefined,
    };
    const clusters = ['a', 'b'].map((name) => aCluster(name, { baseline: compared }));
    return mergeOutcomes({ run, finishedAt, baseline }, clusters).baseline;
  };

  it('was not looked at where none of them is its cluster', () => {
    expect(compare('gone')).toMatchObject({ unseen: [entry], counts: { unseen: 1, fixed: 0 } });
  });

  it('is what its own cluster says of it', () => {
    expect(compare('b')).toMatchObject({ unseen: [], counts: { unseen: 0 } });
  });
});
