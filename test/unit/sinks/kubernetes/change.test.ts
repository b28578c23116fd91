import { describe, expect, it } from 'vitest';
import type { PolicyResult, ResourceReport } from '../../../../src/domain/report.ts';
import { reportMapperFor } from '../../../../src/reports/report-kinds.ts';
import { decideChange, type ReportChange } from '../../../../src/sinks/kubernetes/change.ts';
import { readStoredReport } from '../../../../src/sinks/kubernetes/stored-report.ts';
import { aPolicy } from '../../../support/builders.ts';
import { aFail, aPass, aReport, aSubject } from '../report-builders.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const before = 1_000;
const now = 2_000;
const run = { runUid: 'run-2', startedAt: new Date(now * 1000 + 999) };
const mapper = openReportsMapper;
const context = { mapper, run, mayKeep: () => false, reuses: false };

/** A report as an API server returns it that got it in an earlier run, each result a second later than the one in front of it. */
function stored(report: ResourceReport): MutableReport {
  const timestamps = report.results.map((_, index) => before + index);
  const body = mapper.toBody(report, { runUid: 'run-1', timestamps });
  const metadata = { ...body.metadata, uid: 'report-uid', resourceVersion: '50' };
  return JSON.parse(JSON.stringify({ ...body, metadata }), sortKeys) as MutableReport;
}

function decide(report: ResourceReport, current: unknown): ReportChange {
  return decideChange(report, readStoredReport(current), context);
}

function patchOf(change: ReportChange): MutableReport {
  if (change.kind !== 'update') throw new Error(`no update but ${change.kind}`);
  return change.patch as MutableReport;
}

type MutableReport = {
  [field: string]: unknown;
  metadata: { labels: Record<string, string>; ownerReferences?: unknown; [field: string]: unknown };
  results: Record<string, unknown>[];
  scope: Record<string, unknown>;
  summary: Record<string, number>;
};

/** API servers keep no order of keys. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const report = aReport('shop/web', [aPass('a'), aFail('b', 'no limits')]);

describe('a report that is not stored yet', () => {
  it('is created with the time of the run, in whole seconds', () => {
    expect(decideChange(report, undefined, context)).toStrictEqual({
      kind: 'create',
      kept: 0,
      body: mapper.toBody(report, { runUid: 'run-2', timestamps: [now, now] }),
    });
  });
});

describe('a stored report with the same content', () => {
  it('is not written again', () => {
    expect(decide(report, stored(report))).toStrictEqual({ kind: 'none', kept: 0 });
  });

  it.each<[string, (current: MutableReport) => void]>([
    ['another run', ({ metadata }) => (metadata.labels['kubewarden.io/audit-scanner-run-uid'] = 'x')],
    ['other times', ({ results }) => (results[0]!['timestamp'] = { seconds: 1, nanos: 5 })],
    ['labels of others', ({ metadata }) => (metadata.labels['team'] = 'blue')],
    ['annotations of others', ({ metadata }) => (metadata['annotations'] = { a: 'b' })],
    ['fields that the API server defaults', ({ results }) => (results[0]!['rule'] = '')],
    ['fields that the API server prunes', ({ results }) => delete results[0]!['resourceSelector']],
    [
      'another version of the policy',
      ({ results }) =>
        ((results[0]!['properties'] as Record<string, string>)['policy-resource-version'] = '9'),
    ],
    [
      'an owner with flags',
      ({ metadata }) => ((metadata.ownerReferences as { controller?: boolean }[])[0]!.controller = false),
    ],
  ])('is not written again because of %s', (_, change) => {
    const current = stored(report);
    change(current);
    expect(decide(report, current)).toStrictEqual({ kind: 'none', kept: 0 });
  });
});

describe('a stored report with other content', () => {
  it.each<[string, (current: MutableReport) => unknown]>([
    [
      'another label of ours',
      ({ metadata }) => (metadata.labels['kubewarden.io/policyreport-version'] = 'v1'),
    ],
    ['no owner', ({ metadata }) => delete metadata.ownerReferences],
    ['another summary', ({ summary }) => (summary['skip'] = 3)],
    ['another resourceVersion of the object', ({ scope }) => (scope['resourceVersion'] = '9')],
    ['another severity', ({ results }) => (results[0]!['severity'] = 'low')],
    ['another category', ({ results }) => (results[0]!['category'] = 'x')],
    ['another source', ({ results }) => (results[0]!['source'] = 'x')],
    [
      'another property',
      ({ results }) => ((results[0]!['properties'] as Record<string, string>)['policy-uid'] = 'x'),
    ],
    [
      'one more property',
      ({ results }) => ((results[0]!['properties'] as Record<string, string>)['x'] = 'x'),
    ],
    [
      'another generation of the policy',
      ({ results }) => ((results[0]!['properties'] as Record<string, string>)['policy-generation'] = '2'),
    ],
    ['another order', ({ results }) => results.reverse()],
  ])('is updated because of %s, and its run and times stay', (_, change) => {
    const current = stored(report);
    change(current);
    const seconds = current.results
      .map(({ policy }) => (policy === 'clusterwide-a' ? before : before + 1))
      .sort();
    const expected = mapper.toBody(report, { runUid: 'run-1', timestamps: seconds });

    const { metadata, scope, ...fields } = patchOf(decide(report, current));
    const { metadata: expectedMetadata, scope: expectedScope, ...expectedFields } = expected;
    expect(fields).toStrictEqual(expectedFields);
    expect(scope).toStrictEqual(expectedScope);
    expect(metadata).toStrictEqual({
      resourceVersion: '50',
      labels: {
        'app.kubernetes.io/managed-by': 'kubewarden',
        'kubewarden.io/policyreport-version': 'v2',
      },
      ownerReferences: expectedMetadata.ownerReferences,
    });
  });

  it.each<[string, PolicyResult[], number[]]>([
    ['verdict changed', [aPass('a'), aPass('b', 'no limits')], [before, now]],
    ['message changed', [aPass('a'), aFail('b', 'no requests')], [before, now]],
    ['message went', [aPass('a'), aFail('b', '')], [before, now]],
    ['result is new', [aPass('a'), aFail('b', 'no limits'), aPass('c')], [before, before + 1, now]],
    ['result is gone', [aFail('b', 'no limits')], [before + 1]],
    ['policy replaced another', [aPass('a'), aFail('c', 'no limits')], [before, now]],
  ])('moves the run, and only the times of what changed, when a %s', (_, results, seconds) => {
    const patch = patchOf(decide(aReport('shop/web', results), stored(report)));

    expect(patch.metadata.labels).toStrictEqual({
      'app.kubernetes.io/managed-by': 'kubewarden',
      'kubewarden.io/policyreport-version': 'v2',
      'kubewarden.io/audit-scanner-run-uid': 'run-2',
    });
    expect(patch.results.map(({ timestamp }) => timestamp)).toStrictEqual(
      seconds.map((second) => ({ seconds: second, nanos: 0 })),
    );
  });

  it('moves the run when one of two results of the same name goes', () => {
    const twice = aReport('shop/web', [aPass('a'), aFail('a')]);
    const patch = patchOf(decide(aReport('shop/web', [aPass('a'), aPass('a')]), stored(twice)));
    expect(patch.metadata.labels).toHaveProperty(['kubewarden.io/audit-scanner-run-uid'], 'run-2');
  });

  it('gives a result whose stored time is unusable the time of the run', () => {
    const current = stored(report);
    current.results[0]!['timestamp'] = { seconds: -5 };
    current.scope['resourceVersion'] = '9';
    expect(patchOf(decide(report, current)).results[0]).toMatchObject({
      timestamp: { seconds: now, nanos: 0 },
    });
  });

  it('removes by name what must go', () => {
    const anonymous = aReport(aSubject('shop', { uid: '', resourceVersion: '' }), [aPass('a')]);
    const patch = patchOf(decide(anonymous, stored(aReport('shop', [aPass('a')]))));
    expect(patch.metadata.ownerReferences).toBeNull();
    expect(patch.scope).toStrictEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'shop',
      namespace: null,
      uid: null,
      resourceVersion: null,
    });
  });

  it.each([null, [], 'text', { metadata: null, results: {}, scope: 'x' }, { results: [null, 'x', 1] }])(
    'replaces a report of the odd shape %j',
    (shape) => {
      expect(patchOf(decide(report, shape)).results).toHaveLength(2);
    },
  );
});

describe('an attempt of a run that may be taken up again', () => {
  const attempt = 'job 2026-11-28T20:00:00.000Z 86400000/x';
  const name = 'audit-scanner.io/attempt';
  const silent: PolicyResult = { ...aPass('a'), result: 'error', unanswered: true };

  it('is written with what it computed, and is no reason to write', () => {
    const created = decideChange(report, undefined, { ...context, attempt });
    expect(created).toMatchObject({ body: { metadata: { annotations: { [name]: attempt } } } });
    const same = readStoredReport(stored(report));
    expect(decideChange(report, same, { ...context, attempt })).toEqual({ kind: 'none', kept: 0 });
    const changed = decideChange(aReport('shop/web', [aPass('a')]), same, { ...context, attempt });
    expect(patchOf(changed).metadata['annotations']).toEqual({ [name]: attempt });
  });

  it('is taken off a report in which a verdict stays without an answer', () => {
    const fetched = { ...readStoredReport(stored(report)), document: stored(report) };
    const changed = decideChange(aReport('shop/web', [silent, aPass('b')]), fetched, {
      ...context,
      mayKeep: () => true,
      attempt,
    });
    expect(changed).toMatchObject({ kind: 'update', kept: 1 });
    expect(patchOf(changed).metadata['annotations']).toEqual({ [name]: null });
  });
});

it('decides in the same way for both report APIs', () => {
  const policy = aPolicy('a', { severity: 'high' });
  const one = aReport('shop/web', [aPass(policy)]);
  const body = policyReportMapper.toBody(one, { runUid: 'run-1', timestamps: [before] });
  const current = readStoredReport({ ...body, metadata: { ...body.metadata, resourceVersion: '3' } });

  expect(decideChange(one, current, { ...context, mapper: policyReportMapper })).toStrictEqual({
    kind: 'none',
    kept: 0,
  });
});
