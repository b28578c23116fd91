import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes } from '../../../src/domain/errors.ts';
import type { ResourceReport } from '../../../src/domain/report.ts';
import type { ObjectReference } from '../../../src/domain/resource.ts';
import type { AuditScope } from '../../../src/domain/run-filters.ts';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { createReportStore } from '../../../src/sinks/kubernetes/report-store.ts';
import type { ReportSink } from '../../../src/sinks/sink.ts';
import { failure, type StoredObject } from '../../support/report-memory.ts';
import { aFail, aPass, aReport, aSubject, aUid } from '../../unit/sinks/report-builders.ts';
import { ReportApi } from './report-api.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const { signal } = new AbortController();
const everything: AuditScope = { cluster: true, namespaces: 'all' };
const runUidLabel = 'kubewarden.io/audit-scanner-run-uid';
const allMayGo = (): boolean => true;

let api: ReportApi;
let notices: string[];

beforeEach(async () => {
  api = new ReportApi();
  notices = [];
  for (const namespace of ['shop', 'payments']) api.namespaces.set(namespace, 'Active');
  await api.start();
});

afterEach(async () => {
  await api.stop();
});

function newStore(mapper = openReportsMapper): ReportSink {
  return createReportStore(api.client, {
    mapper,
    alternative: mapper === openReportsMapper ? policyReportMapper : openReportsMapper,
    onNotice: (text) => notices.push(text),
  });
}

/** A store that is open for a run; the requests of `open` are forgotten. */
async function openStore(runUid: string, seconds: number, scope = everything): Promise<ReportSink> {
  const store = newStore();
  await store.open({ runUid, startedAt: new Date(seconds * 1000) }, scope, signal);
  api.takeVerbs();
  return store;
}

/** As another run would, to which the report is not stale. */
function changeVerdict(report: StoredObject): void {
  for (const result of report['results'] as { message: string }[]) result.message = 'seen since';
}

/** Has a run store these reports. */
async function seed(...reports: ResourceReport[]): Promise<void> {
  const store = await openStore('run-1', 1000);
  for (const report of reports) await store.write(report, signal);
  api.takeVerbs();
}

const deployment = (number: number, path = `shop/web-${number}`): ObjectReference =>
  aSubject(path, { uid: aUid(number) });
const web = aReport(deployment(1), [aPass('a'), aFail('b', 'no limits')]);
const shop = aReport(aSubject('shop', { uid: aUid(2) }), [aPass('a')]);

/** The continue token of the test server behind this Deployment's report. */
function keyOf(number: number): string {
  return `openreports.io/v1alpha1/reports/shop/${aUid(number)}`;
}

function secondsOf(report: StoredObject | undefined): unknown[] {
  return (report?.['results'] as { timestamp: { seconds: number } }[]).map(
    ({ timestamp }) => timestamp.seconds,
  );
}

describe('open', () => {
  it.each([
    ['nothing is stored', [], { group: 'apps', kind: 'Deployment' }, undefined],
    ['reports are of such objects', [web, shop], { group: 'apps', kind: 'Deployment' }, 1],
    ['reports are of others', [web], { group: '', kind: 'Deployment' }, 0],
  ])('counts the reports of a type where %s', async (_, reports, type, expected) => {
    await seed(...reports);
    const store = await openStore('run-2', 2000);
    expect(store.countStored?.(type)).toBe(expected);
  });

  it.each<[AuditScope, string[]]>([
    [everything, ['/apis/openreports.io/v1alpha1/clusterreports', '/apis/openreports.io/v1alpha1/reports']],
    [{ cluster: true, namespaces: 'none' }, ['/apis/openreports.io/v1alpha1/clusterreports']],
    [
      { cluster: false, namespaces: ['shop', 'payments'] },
      [
        '/apis/openreports.io/v1alpha1/namespaces/shop/reports',
        '/apis/openreports.io/v1alpha1/namespaces/payments/reports',
      ],
    ],
  ])('lists what the scope %j may touch, and only what the scanner manages', async (scope, paths) => {
    await newStore().open({ runUid: 'run', startedAt: new Date(0) }, scope, signal);

    expect(api.requests.map(({ verb, path, query }) => ({ verb, path, query }))).toStrictEqual(
      paths.map((path) => ({
        verb: 'list',
        path,
        query: { labelSelector: 'app.kubernetes.io/managed-by=kubewarden', limit: '500' },
      })),
    );
  });

  it('lists page by page', async () => {
    await seed(...Array.from({ length: 1001 }, (_, number) => aReport(deployment(number), [aPass('a')])));
    const store = newStore();
    await store.open(
      { runUid: 'run-2', startedAt: new Date(0) },
      { cluster: false, namespaces: 'all' },
      signal,
    );

    expect(api.requests.splice(0).map(({ query }) => query['continue'])).toStrictEqual([
      undefined,
      keyOf(499),
      keyOf(999),
    ]);
    expect((await store.close(allMayGo, signal)).deleted).toBe(1001);
  });

  it.each([
    ['from where the API server says', { continue: keyOf(499) }, [undefined, keyOf(499), keyOf(499)]],
    ['from the start', {}, [undefined, keyOf(499), undefined, keyOf(499)]],
  ])('goes on with an expired list %s', async (_, metadata, positions) => {
    await seed(...Array.from({ length: 600 }, (_, number) => aReport(deployment(number), [aPass('a')])));
    let expirations = 0;
    api.intercept = ({ query }) => {
      if (query['continue'] === undefined || expirations > 0) return undefined;
      expirations += 1;
      return failure(410, 'Expired', 'The provided continue parameter is too old', metadata);
    };
    const store = newStore();
    await store.open(
      { runUid: 'run-2', startedAt: new Date(0) },
      { cluster: false, namespaces: 'all' },
      signal,
    );

    expect(api.requests.splice(0).map(({ query }) => query['continue'])).toStrictEqual(positions);
    expect((await store.close(allMayGo, signal)).deleted).toBe(600);
  });

  it('gives up on a list that expires again and again', async () => {
    api.intercept = () => failure(410, 'Expired', 'too old');

    await expect(
      newStore().open({ runUid: 'run', startedAt: new Date(0) }, everything, signal),
    ).rejects.toMatchObject({
      code: errorCodes.reportListFailed,
      message: 'the stored clusterreports.openreports.io could not be listed: too old (410)',
    });
    expect(api.requests).toHaveLength(6);
  });

  it.each([
    [true, 'It does serve policyreports.wgpolicyk8s.io.', ['--report-kind policyreport']],
    [false, 'It does not serve policyreports.wgpolicyk8s.io either.', []],
  ])(
    'says that the report kind is missing, and whether the other one is served: %j',
    async (served, fact, tries) => {
      api.served.delete('openreports.io/v1alpha1');
      if (!served) api.served.clear();

      await expect(
        newStore().open({ runUid: 'run', startedAt: new Date(0) }, everything, signal),
      ).rejects.toMatchObject({
        code: errorCodes.reportKindMissing,
        message:
          'the cluster does not serve clusterreports.openreports.io in version v1alpha1, so reports cannot be stored',
        facts: [fact],
        tries: [...tries, 'install the CustomResourceDefinitions of openreports.io'],
      });
    },
  );

  it('says why the reports cannot be listed', async () => {
    api.forbidden.add('list');

    await expect(
      newStore().open({ runUid: 'run', startedAt: new Date(0) }, everything, signal),
    ).rejects.toMatchObject({
      code: errorCodes.reportListFailed,
      message:
        'the stored clusterreports.openreports.io could not be listed: User "scanner" cannot list resource "clusterreports" (403)',
      tries: ['audit-scanner rbac --missing --store --report-kind openreports | kubectl apply -f -'],
    });
  });

  it.each([
    ['no list', {}],
    ['a report without a name', { items: [{ metadata: { uid: 'u', resourceVersion: '1' } }] }],
    ['a report without a UID', { items: [{ metadata: { name: 'n', resourceVersion: '1' } }] }],
    ['a report without a version', { items: [{ metadata: { name: 'n', uid: 'u' } }] }],
    ['no object', { items: [null] }],
  ])('does not take an answer with %s for a list', async (_, body) => {
    api.intercept = () => ({ status: 200, body });

    await expect(
      newStore().open({ runUid: 'run', startedAt: new Date(0) }, everything, signal),
    ).rejects.toMatchObject({
      code: errorCodes.reportListFailed,
      message: "the API server's answer is not a list of clusterreports.openreports.io",
    });
  });

  it('lets credentials that are refused be explained by the client', async () => {
    api.intercept = () => failure(401, 'Unauthorized', 'Unauthorized');

    await expect(
      newStore().open({ runUid: 'run', startedAt: new Date(0) }, everything, signal),
    ).rejects.toMatchObject({
      code: errorCodes.unauthorized,
    });
  });
});

describe('write', () => {
  it('creates a report with one request', async () => {
    const store = await openStore('run-1', 1000);
    expect(await store.write(web, signal)).toBe('created');
    expect(await store.write(shop, signal)).toBe('created');

    expect(api.requests.map(({ verb, path, contentType }) => [verb, path, contentType])).toStrictEqual([
      ['create', '/apis/openreports.io/v1alpha1/namespaces/shop/reports', 'application/json'],
      ['create', '/apis/openreports.io/v1alpha1/clusterreports', 'application/json'],
    ]);
    const { metadata, ...content } = api.get(aUid(1))!;
    const { metadata: expectedMetadata, ...expectedContent } = openReportsMapper.toBody(web, {
      runUid: 'run-1',
      timestamps: [1000, 1000],
    });
    expect(content).toStrictEqual(expectedContent);
    expect(metadata).toMatchObject(expectedMetadata);
  });

  it('sends nothing for what is stored already', async () => {
    await seed(web, shop);
    const store = await openStore('run-2', 2000);

    expect(await store.write(web, signal)).toBe('unchanged');
    expect(await store.write(shop, signal)).toBe('unchanged');
    expect(api.takeVerbs()).toStrictEqual([]);
  });

  it('changes what changed with one request, and leaves what others added', async () => {
    await seed(web);
    api.touch(aUid(1), ({ metadata }) => {
      metadata.labels!['team'] = 'blue';
      metadata['annotations'] = { note: 'keep' };
    });
    const store = await openStore('run-2', 2000);
    const fixed = aReport(web.subject, [aPass('a'), aPass('b')]);

    expect(await store.write(fixed, signal)).toBe('updated');
    expect(api.requests.map(({ verb, path, contentType }) => [verb, path, contentType])).toStrictEqual([
      [
        'patch',
        `/apis/openreports.io/v1alpha1/namespaces/shop/reports/${aUid(1)}`,
        'application/merge-patch+json',
      ],
    ]);
    const { metadata, ...content } = api.get(aUid(1))!;
    const expected = openReportsMapper.toBody(fixed, {
      runUid: 'run-2',
      timestamps: [1000, 2000],
    });
    expect({ ...content, metadata: expected.metadata }).toStrictEqual(expected);
    expect(metadata.labels).toStrictEqual({
      'app.kubernetes.io/managed-by': 'kubewarden',
      'kubewarden.io/policyreport-version': 'v2',
      [runUidLabel]: 'run-2',
      team: 'blue',
    });
    expect(metadata['annotations']).toStrictEqual({ note: 'keep' });
  });

  it('leaves run and times alone when only the object has a new version', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    const touched = { ...web, subject: { ...web.subject, resourceVersion: '11' } };

    expect(await store.write(touched, signal)).toBe('updated');
    expect(api.get(aUid(1))?.['scope']).toMatchObject({ resourceVersion: '11' });
    expect(api.get(aUid(1))?.metadata.labels?.[runUidLabel]).toBe('run-1');
    expect(secondsOf(api.get(aUid(1)))).toStrictEqual([1000, 1000]);
  });

  it('finds the report of an object without a UID again (W42)', async () => {
    const anonymous = aReport(aSubject('shop/web', { uid: '' }), [aPass('a')]);
    await seed(anonymous);
    const store = await openStore('run-2', 2000);

    expect(await store.write(anonymous, signal)).toBe('unchanged');
    expect(api.objects()).toHaveLength(1);
  });

  it('takes over a report that appeared after the list', async () => {
    const store = await openStore('run-2', 2000);
    const body = openReportsMapper.toBody(web, { runUid: 'other', timestamps: [500, 500] });
    api.put('reports', { apiVersion: 'openreports.io/v1alpha1', ...body });

    expect(await store.write(web, signal)).toBe('unchanged');
    expect(api.takeVerbs()).toStrictEqual(['create', 'get']);
    const fixed = aReport(web.subject, [aPass('a'), aPass('b')]);
    expect(await store.write(fixed, signal)).toBe('updated');
    expect(api.takeVerbs()).toStrictEqual(['create', 'get', 'patch']);
    expect(secondsOf(api.get(aUid(1)))).toStrictEqual([500, 2000]);
  });

  it('decides again when the report changed after the list', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.touch(aUid(1), ({ metadata }) => (metadata.labels!['team'] = 'blue'));
    const fixed = aReport(web.subject, [aPass('a'), aPass('b')]);

    expect(await store.write(fixed, signal)).toBe('updated');
    expect(api.takeVerbs()).toStrictEqual(['patch', 'get', 'patch']);
    expect(api.get(aUid(1))?.metadata.labels).toMatchObject({ team: 'blue', [runUidLabel]: 'run-2' });
  });

  it('creates again what was deleted after the list', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.remove(aUid(1));

    expect(await store.write(aReport(web.subject, [aPass('b')]), signal)).toBe('created');
    expect(api.takeVerbs()).toStrictEqual(['patch', 'get', 'create']);
    expect(secondsOf(api.get(aUid(1)))).toStrictEqual([2000]);
  });

  it('does not overwrite blindly when the answer to its look is no report', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.touch(aUid(1), () => undefined);
    api.intercept = ({ verb }) => (verb === 'get' ? { status: 200, body: {} } : undefined);

    await expect(store.write(aReport(web.subject, [aPass('b')]), signal)).rejects.toMatchObject({
      code: errorCodes.reportWriteFailed,
      message:
        "the report of Deployment shop/web-1 could not be stored: the API server's answer is not a report",
    });
    expect(api.takeVerbs()).toStrictEqual(['patch', 'get']);
  });

  it('gives up on a report that something else keeps changing', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.intercept = ({ verb }) => {
      if (verb === 'patch') api.touch(aUid(1), () => undefined);
      return undefined;
    };

    await expect(store.write(aReport(web.subject, [aPass('b')]), signal)).rejects.toMatchObject({
      code: errorCodes.reportWriteFailed,
      message: 'the report of Deployment shop/web-1 could not be stored: something else keeps changing it',
    });
    expect(api.takeVerbs()).toStrictEqual(['patch', 'get', 'patch', 'get', 'patch']);
  });

  it('says that a report is gone when its namespace is', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.remove(aUid(1));
    api.namespaces.set('payments', 'Terminating');
    api.namespaces.delete('shop');

    expect(await store.write(aReport(deployment(3, 'payments/api'), [aPass('a')]), signal)).toBe('gone');
    expect(await store.write(aReport(web.subject, [aPass('b')]), signal)).toBe('gone');
  });

  it('says what the API server says when it refuses a report', async () => {
    const store = await openStore('run-1', 1000);
    api.forbidden.add('create');

    await expect(store.write(web, signal)).rejects.toMatchObject({
      code: errorCodes.reportWriteFailed,
      message:
        'the report of Deployment shop/web-1 could not be stored: User "scanner" cannot create resource "reports" (403)',
    });
    api.forbidden.add('get');
    await expect(store.write(shop, signal)).rejects.toMatchObject({
      message:
        'the report of Namespace shop could not be stored: User "scanner" cannot create resource "clusterreports" (403)',
    });
    await expect(store.write(web, signal)).rejects.toMatchObject({ code: errorCodes.reportWriteFailed });
  });

  it('does not take a report kind that went away for a namespace that did', async () => {
    const store = await openStore('run-1', 1000);
    api.served.clear();

    await expect(store.write(web, signal)).rejects.toMatchObject({ code: errorCodes.reportWriteFailed });
  });

  it('sends again what may not have arrived', async () => {
    const store = await openStore('run-1', 1000);
    let failures = 1;
    api.intercept = () =>
      failures-- > 0 ? failure(500, 'InternalError', 'etcdserver: leader changed') : undefined;

    expect(await store.write(web, signal)).toBe('created');
    expect(api.takeVerbs()).toStrictEqual(['create', 'create']);
  });

  it('does not call an interruption a failed write', async () => {
    const store = await openStore('run-1', 1000);
    await expect(store.write(web, AbortSignal.abort())).rejects.toMatchObject({
      code: errorCodes.interrupted,
    });
  });

  it('keeps to its own report API', async () => {
    const store = newStore(policyReportMapper);
    await store.open({ runUid: 'run', startedAt: new Date(0) }, everything, signal);
    await store.write(web, signal);

    expect(api.requests.map(({ path }) => path)).toStrictEqual([
      '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports',
      '/apis/wgpolicyk8s.io/v1alpha2/policyreports',
      '/apis/wgpolicyk8s.io/v1alpha2/namespaces/shop/policyreports',
    ]);
  });
});

describe('close', () => {
  const stale = aReport(deployment(3, 'payments/old'), [aPass('a')]);
  const staleCluster = aReport(aSubject('old', { uid: aUid(4) }), [aPass('a')]);

  it('deletes exactly the reports that this run did not write, by UID and version', async () => {
    await seed(web, shop, stale, staleCluster);
    const store = await openStore('run-2', 2000);
    await store.write(web, signal);
    await store.write(aReport(shop.subject, [aFail('a')]), signal);
    await store.write(aReport(deployment(5), [aPass('a')]), signal);
    api.requests.length = 0;
    const { uid, resourceVersion } = api.get(aUid(3))!.metadata;

    expect(await store.close(allMayGo, signal)).toStrictEqual({
      deleted: 2,
      incidents: [],
      kept: [],
      keptResults: 0,
    });
    expect(api.objects().map(({ metadata }) => metadata.name)).toStrictEqual([aUid(1), aUid(2), aUid(5)]);
    expect(api.requests.find(({ path }) => path.endsWith(aUid(3)))).toStrictEqual({
      verb: 'delete',
      path: `/apis/openreports.io/v1alpha1/namespaces/payments/reports/${aUid(3)}`,
      query: {},
      contentType: 'application/json',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } },
    });
    expect(notices).toStrictEqual([]);
  });

  it('asks about the object of each report, and keeps what may not go', async () => {
    await seed(web, stale, staleCluster);
    const store = await openStore('run-2', 2000);
    const asked: ObjectReference[] = [];
    const closed = await store.close((subject) => {
      asked.push(subject);
      return subject.kind === 'Namespace';
    }, signal);

    const first = new Date(1_000_000);
    expect(closed).toStrictEqual({
      deleted: 1,
      incidents: [],
      kept: [
        { resource: 'Deployment.apps', count: expect.any(Number) as number, oldest: first, newest: first },
      ],
      keptResults: 0,
    });
    expect(asked.sort((a, b) => (a.uid < b.uid ? -1 : 1))).toStrictEqual(
      [web, stale, staleCluster].map(({ subject }) => ({ ...subject, resourceVersion: '' })),
    );
    expect(api.get(aUid(4))).toBeUndefined();
  });

  it('takes the place of a report for the place of its object, whatever it says itself', async () => {
    await seed(web);
    api.touch(aUid(1), (report) => (report['scope'] = { kind: 'Deployment', namespace: 'payments' }));
    const store = await openStore('run-2', 2000);

    await store.close((subject) => subject.namespace === 'payments', signal);
    expect(api.get(aUid(1))).toBeDefined();
  });

  it('keeps the old report where the new one could not be written', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.forbidden.add('patch');
    await expect(store.write(aReport(web.subject, [aPass('b')]), signal)).rejects.toThrow();

    expect(await store.close(allMayGo, signal)).toMatchObject({
      deleted: 0,
      incidents: [],
      kept: [{ count: 1 }],
      keptResults: 0,
    });
    expect(api.get(aUid(1))).toBeDefined();
  });

  it('keeps what was changed since, and does not mind what is gone', async () => {
    await seed(web, stale, staleCluster);
    const store = await openStore('run-2', 2000);
    api.touch(aUid(1), changeVerdict);
    api.remove(aUid(3));

    expect(await store.close(allMayGo, signal)).toStrictEqual({
      deleted: 1,
      incidents: [],
      kept: [],
      keptResults: 0,
    });
    expect(api.objects().map(({ metadata }) => metadata.name)).toStrictEqual([aUid(1)]);
  });

  it('deletes what somebody only put a label on since', async () => {
    await seed(web);
    const store = await openStore('run-2', 2000);
    api.touch(aUid(1), ({ metadata }) => {
      metadata.labels = { ...metadata.labels, team: 'web' };
    });

    expect(await store.close(allMayGo, signal)).toStrictEqual({
      deleted: 1,
      incidents: [],
      kept: [],
      keptResults: 0,
    });
    expect(api.objects()).toStrictEqual([]);
  });

  it('does not look outside of its scope', async () => {
    await seed(web, stale, staleCluster);
    const store = await openStore('run-2', 2000, { cluster: false, namespaces: ['payments'] });

    expect((await store.close(allMayGo, signal)).deleted).toBe(1);
    expect(api.objects().map(({ metadata }) => metadata.name)).toStrictEqual([aUid(1), aUid(4)]);
  });

  it('never touches what it does not manage', async () => {
    api.put('reports', {
      apiVersion: 'openreports.io/v1alpha1',
      metadata: { name: 'by-others', namespace: 'shop' },
    });
    const store = await openStore('run-2', 2000);

    expect((await store.close(allMayGo, signal)).deleted).toBe(0);
    expect(api.get('by-others')).toBeDefined();
  });

  it('deletes one by one through deletecollection where delete is not granted, and says so once', async () => {
    const others = Array.from({ length: 20 }, (_, number) => aReport(deployment(100 + number), [aPass('a')]));
    await seed(web, staleCluster, ...others);
    api.forbidden.add('delete');
    const store = await openStore('run-2', 2000);
    await store.write(web, signal);
    const { uid, resourceVersion } = api.get(aUid(100))!.metadata;

    expect(await store.close(allMayGo, signal)).toStrictEqual({
      deleted: 21,
      incidents: [],
      kept: [],
      keptResults: 0,
    });
    expect(api.objects().map(({ metadata }) => metadata.name)).toStrictEqual([aUid(1)]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      /^the verb "delete" on (cluster)?reports\.openreports\.io is not granted: stale reports are deleted with "deletecollection" instead$/,
    );
    expect(
      api.requests.find(({ query }) => query['fieldSelector'] === `metadata.name=${aUid(100)}`),
    ).toStrictEqual({
      verb: 'deletecollection',
      path: '/apis/openreports.io/v1alpha1/namespaces/shop/reports',
      query: { fieldSelector: `metadata.name=${aUid(100)}` },
      contentType: 'application/json',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } },
    });
    // Only those that were in flight together with the first find out for themselves.
    expect(api.requests.filter(({ verb }) => verb === 'delete')).toHaveLength(8);
  });

  it('keeps what was changed since, and does not count what is gone, also through deletecollection', async () => {
    await seed(web, stale, staleCluster);
    api.forbidden.add('delete');
    const store = await openStore('run-2', 2000);
    api.touch(aUid(1), changeVerdict);
    api.remove(aUid(4));

    expect(await store.close(allMayGo, signal)).toStrictEqual({
      deleted: 1,
      incidents: [],
      kept: [],
      keptResults: 0,
    });
    expect(api.objects().map(({ metadata }) => metadata.name)).toStrictEqual([aUid(1)]);
  });

  it('reports one incident when it may delete in no way', async () => {
    await seed(web, stale);
    api.forbidden.add('delete').add('deletecollection');
    const store = await openStore('run-2', 2000);
    const { deleted, incidents } = await store.close(allMayGo, signal);

    expect(deleted).toBe(0);
    expect(incidents).toMatchObject([
      {
        error: {
          code: errorCodes.reportDeleteFailed,
          message:
            '2 stale reports could not be deleted: User "scanner" cannot delete resource "reports" (403)',
          tries: ['grant the scanner the verb "delete" on reports.openreports.io'],
        },
        scope: { resource: 'reports.openreports.io' },
        count: 2,
      },
    ]);
    expect(notices).toStrictEqual([]);
    expect(api.objects()).toHaveLength(2);
  });

  it('stops to ask a server in trouble, and counts what is left', async () => {
    await seed(...Array.from({ length: 30 }, (_, number) => aReport(deployment(number), [aPass('a')])));
    const store = await openStore('run-2', 2000);
    api.intercept = () => failure(503, 'ServiceUnavailable', 'shutting down');
    const { deleted, incidents } = await store.close(allMayGo, signal);

    expect(deleted).toBe(0);
    expect(incidents).toMatchObject([
      { error: { message: '30 stale reports could not be deleted: shutting down (503)' }, count: 30 },
    ]);
    expect(new Set(api.requests.map(({ path }) => path)).size).toBe(8);
  });

  it('deletes nothing more once it is interrupted', async () => {
    await seed(...Array.from({ length: 30 }, (_, number) => aReport(deployment(number), [aPass('a')])));
    const store = await openStore('run-2', 2000);
    const controller = new AbortController();
    api.intercept = () => {
      controller.abort();
      return undefined;
    };
    let asked = 0;
    const { incidents } = await store.close(() => ++asked > 0, controller.signal);

    expect(incidents).toStrictEqual([]);
    expect(api.requests.length).toBeLessThanOrEqual(8);
    expect(asked).toBeLessThanOrEqual(16);
    expect(api.objects().length).toBeGreaterThanOrEqual(22);
  });
});
