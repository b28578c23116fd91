import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import type { Policy } from '../../../../src/domain/policy.ts';
import type { ResourceReport } from '../../../../src/domain/report.ts';
import type { RunRecord } from '../../../../src/domain/run-record.ts';
import { reportMapperFor } from '../../../../src/reports/report-kinds.ts';
import { StoredReading } from '../../../../src/sources/results/stored-reading.ts';
import type { StoredRun } from '../../../../src/sources/results/stored-run.ts';
import { aPolicy } from '../../../support/builders.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';

const picky = aPolicy('picky', { severity: 'high', generation: 2 });
const readAt = new Date('2026-11-28T12:00:00Z');
const finishedAt = new Date('2026-11-28T09:00:00Z');
const record = {
  runUid: 'run',
  startedAt: new Date('2026-11-28T08:59:00Z'),
  finishedAt,
  complete: true,
  lastCompleteAt: finishedAt,
  toolVersion: '1',
  cells: { scanned: 2, partial: 0, failed: 0, empty: 0, skipped: 0 },
  totals: { resources: 1, evaluations: 1, results: { pass: 0, fail: 1, warn: 0, error: 0, skip: 0 } },
  answeredAt: ({ uid }) => (uid === picky.uid ? finishedAt : undefined),
  oldestMark: finishedAt,
} satisfies RunRecord;
const everything = { include: [], exclude: [] };
const run: StoredRun = {
  record,
  recordMissing: '',
  rows: [],
  policies: [picky],
  types: [],
  unavailable: [],
  filters: {
    scope: { cluster: true, namespaces: 'all' },
    ignoreNamespaces: [],
    labelSelector: undefined,
    policies: everything,
    kinds: everything,
  },
  readAt,
};

/** As the API server gives it. */
function stored(report: ResourceReport): Record<string, unknown> {
  const stamp = { runUid: 'run', timestamps: report.results.map(() => 1_795_000_000) };
  return JSON.parse(JSON.stringify(reportMapperFor('policyreport').toBody(report, stamp))) as Record<
    string,
    unknown
  >;
}

async function read(documents: readonly unknown[], overrides: Partial<StoredRun> = {}) {
  const reading = new StoredReading(
    { ...run, ...overrides },
    { acceptsObject: () => true, acceptsPolicy: () => true },
  );
  async function* parts() {
    for (const report of documents)
      yield await Promise.resolve(
        report instanceof AuditError ? { resource: 'x', error: report } : { report },
      );
  }
  const reports: ResourceReport[] = [];
  for await (const report of reading.read(parts())) reports.push(report);
  const outcome = reading.outcome();
  return { reports, outcome, messages: outcome.incidents.map(({ error }) => error.message), reading };
}

const web = aReport('shop/web', [aFail(picky), aPass(picky)]);

describe('stored reports', () => {
  it('are what was stored, and complete where a complete run confirmed them', async () => {
    const { reports, outcome } = await read([stored(web)]);
    expect(reports).toMatchObject([
      { subject: web.subject, results: [{ policy: picky, result: 'fail' }, {}] },
    ]);
    expect(outcome).toMatchObject({
      complete: true,
      finishedAt,
      incidents: [],
      policies: [{ policy: picky, state: 'audited' }],
      totals: { resources: 1, evaluations: 2, results: { pass: 1, fail: 1 }, failBySeverity: { high: 1 } },
      coverage: { cells: record.cells, reportAge: { readAt, confirmedAt: finishedAt } },
    });
  });

  it('leave out the results of another source, and tell what something has changed', async () => {
    const theirs = { policy: 'theirs', source: 'stranger', result: 'fail' };
    const mixed = stored(web);
    const { reports, outcome } = await read([
      { ...mixed, results: [...(mixed['results'] as unknown[]), theirs] },
      { ...mixed, results: [theirs] },
      { ...mixed, results: [{ ...theirs, source: 'kubewarden', result: 'perhaps' }] },
      { ...mixed, scope: {} },
    ]);
    expect(reports.map(({ results }) => results.length)).toEqual([2]);
    expect(outcome.incidents).toMatchObject([
      { error: { code: errorCodes.storedReportsDoubtful, message: /not as audit-scanner writes/ }, count: 2 },
    ]);
  });

  it.each<[string, Policy, Partial<StoredRun>, string]>([
    ['of a policy that is gone', picky, { policies: [] }, 'ClusterAdmissionPolicy/picky, which is gone'],
    ['of an earlier generation', { ...picky, generation: 1 }, {}, 'picky as it was before its last change'],
    ['of one that was replaced', { ...picky, uid: 'other' }, {}, 'picky as it was before its last change'],
    [
      'without a record',
      picky,
      { record: undefined, recordMissing: 'there is no run record' },
      'no run record, so',
    ],
    ['of an incomplete run', picky, { record: { ...record, complete: false } }, 'was incomplete'],
    [
      'of a run before a policy',
      picky,
      { policies: [picky, aPolicy('late', { uid: 'late' })] },
      'has asked ClusterAdmissionPolicy/late yet',
    ],
  ])(
    '%s do not say how things are now, and are shown all the same',
    async (_, policy, overrides, message) => {
      const { reports, outcome, messages } = await read(
        [stored(aReport('shop/web', [aFail(policy)]))],
        overrides,
      );
      expect(reports).toMatchObject([
        { results: [{ result: 'fail', policy: { uniqueName: 'clusterwide-picky' } }] },
      ]);
      expect(messages).toEqual([expect.stringContaining(message)]);
      expect([outcome.complete, outcome.coverage.gaps.length]).toEqual([false, 1]);
    },
  );

  it('keep the severity that they were stored with', async () => {
    const { reports } = await read([stored(aReport('shop/web', [aFail({ ...picky, severity: 'low' })]))]);
    expect(reports[0]?.results[0]?.policy.severity).toBe('low');
  });

  it('are nothing where there are none, which is no pass', async () => {
    const forbidden = new AuditError(errorCodes.reportListFailed, 'forbidden');
    expect((await read([])).reading.findNothing()).toBeUndefined();
    expect((await read([], { record: undefined })).reading.findNothing()).toBe('none');
    expect((await read([forbidden])).reading.findNothing()).toBe(forbidden);
    const { reading, messages } = await read([stored(web), forbidden]);
    expect([reading.findNothing(), messages]).toEqual([undefined, ['forbidden']]);
  });
});
