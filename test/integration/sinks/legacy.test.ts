import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorCodes } from '../../../src/domain/errors.ts';
import type { AuditScope } from '../../../src/domain/run-filters.ts';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { cleanUpLegacyReports } from '../../../src/sinks/kubernetes/legacy.ts';
import { createReportStore } from '../../../src/sinks/kubernetes/report-store.ts';
import type { CloseOutcome } from '../../../src/sinks/sink.ts';
import { aPass, aReport, aSubject, aUid } from '../../unit/sinks/report-builders.ts';
import { ReportApi } from './report-api.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const { signal } = new AbortController();
const everything: AuditScope = { cluster: true, namespaces: 'all' };
let api: ReportApi;
let notices: string[];

beforeEach(async () => {
  api = new ReportApi();
  notices = [];
  api.namespaces.set('shop', 'Active').set('payments', 'Active');
  await api.start();
});

afterEach(async () => {
  await api.stop();
});

async function seed(mapper: typeof policyReportMapper, count: number): Promise<void> {
  const store = createReportStore(api.client, { mapper, alternative: mapper, onNotice: () => undefined });
  await store.open({ runUid: 'old', startedAt: new Date(0) }, everything, signal);
  for (let number = 0; number < count; number += 1) {
    const path = number % 3 === 0 ? 'cluster' : number % 3 === 1 ? 'shop/web' : 'payments/web';
    await store.write(aReport(aSubject(path, { uid: aUid(number) }), [aPass('a')]), signal);
  }
  api.takeVerbs();
}

function cleanUp(scope = everything, during = signal): Promise<CloseOutcome> {
  const onNotice = (text: string): unknown => notices.push(text);
  return cleanUpLegacyReports(api.client, { legacy: policyReportMapper, scope, onNotice, signal: during });
}

function kinds(): unknown[] {
  return api.objects().map(({ kind }) => kind);
}

it('deletes the managed reports of the other API, of all namespaces and of the cluster, and nothing else', async () => {
  await seed(policyReportMapper, 6);
  await seed(openReportsMapper, 2);
  const apiVersion = 'wgpolicyk8s.io/v1alpha2';
  api.put('policyreports', { apiVersion, metadata: { name: 'by-others', namespace: 'shop' } });
  const { uid, resourceVersion } = api.get(aUid(0))!.metadata;

  expect(await cleanUp()).toStrictEqual({ deleted: 6, incidents: [], kept: [] });
  expect(api.objects().map(({ apiVersion: version, metadata }) => [version, metadata.name])).toStrictEqual([
    ['openreports.io/v1alpha1', aUid(0)],
    ['openreports.io/v1alpha1', aUid(1)],
    ['wgpolicyk8s.io/v1alpha2', 'by-others'],
  ]);
  expect(api.requests.find(({ verb }) => verb === 'delete')).toStrictEqual({
    verb: 'delete',
    path: `/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/${aUid(0)}`,
    query: {},
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } },
  });
});

it('goes through all pages', async () => {
  await seed(policyReportMapper, 1600);
  expect(await cleanUp()).toStrictEqual({ deleted: 1600, incidents: [], kept: [] });
  expect(api.objects()).toStrictEqual([]);
});

it('leaves reports outside of what the run looked at', async () => {
  await seed(policyReportMapper, 3);

  expect((await cleanUp({ cluster: false, namespaces: ['shop'] })).deleted).toBe(1);
  expect(api.objects().map(({ metadata }) => metadata.name)).toStrictEqual([aUid(0), aUid(2)]);
});

it('has nothing to do where the API is not installed', async () => {
  api.served.delete('wgpolicyk8s.io/v1alpha2');

  expect(await cleanUp()).toStrictEqual({ deleted: 0, incidents: [], kept: [] });
});

it('falls back to deletecollection', async () => {
  await seed(policyReportMapper, 12);
  api.forbidden.add('delete');

  expect(await cleanUp()).toStrictEqual({ deleted: 12, incidents: [], kept: [] });
  expect(kinds()).toStrictEqual([]);
  expect(notices).toHaveLength(1);
});

it('turns a list that fails into an incident', async () => {
  api.forbidden.add('list');

  expect(await cleanUp()).toMatchObject({
    deleted: 0,
    incidents: [
      {
        error: {
          code: errorCodes.legacyCleanupFailed,
          message:
            'the legacy reports could not be listed: User "scanner" cannot list resource "clusterpolicyreports" (403)',
        },
        scope: { resource: 'policyreports.wgpolicyk8s.io' },
        count: 1,
      },
    ],
  });
});

it('turns deletions that fail into one incident', async () => {
  await seed(policyReportMapper, 6);
  api.forbidden.add('delete').add('deletecollection');

  expect(await cleanUp()).toMatchObject({
    deleted: 0,
    incidents: [
      {
        error: {
          code: errorCodes.legacyCleanupFailed,
          message:
            '6 legacy reports could not be deleted: User "scanner" cannot delete resource "clusterpolicyreports" (403)',
        },
        count: 6,
      },
    ],
  });
});

it('says nothing about an interruption', async () => {
  await seed(policyReportMapper, 6);

  expect(await cleanUp(everything, AbortSignal.abort())).toStrictEqual({
    deleted: 0,
    incidents: [],
    kept: [],
  });
  expect(api.objects()).toHaveLength(6);
});
