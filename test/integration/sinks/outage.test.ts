import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAudit } from '../../../src/audit/audit.ts';
import type { AuditOutcome } from '../../../src/domain/audit.ts';
import { AuditError, errorCodes, NoAnswerError } from '../../../src/domain/errors.ts';
import { type EvaluationOutcome } from '../../../src/domain/report.ts';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { createReportStore } from '../../../src/sinks/kubernetes/report-store.ts';
import { findRunRecord, RunRecords } from '../../../src/sinks/kubernetes/run-records.ts';
import { anObject, aPolicy, pods } from '../../support/builders.ts';
import { aRequest, FakeCluster } from '../../support/fakes.ts';
import { failure, type StoredObject } from '../../support/report-memory.ts';
import { ReportApi } from './report-api.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const never = new AbortController().signal;
const start = Date.UTC(2026, 10, 28, 14);
const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const recordName = 'audit-scanner-run';
const mapper = openReportsMapper;

const refused: EvaluationOutcome = {
  verdict: 'errored',
  error: new NoAnswerError(errorCodes.policyServerUnreachable, 'the connection was refused'),
};
const timedOut: EvaluationOutcome = {
  verdict: 'errored',
  error: new NoAnswerError(errorCodes.evaluationTimeout, 'no answer within 15 s'),
};
const trapped: EvaluationOutcome = {
  verdict: 'errored',
  error: new AuditError(errorCodes.evaluationFailed, 'the policy trapped'),
};
const denied: EvaluationOutcome = { verdict: 'denied', message: 'no limits' };

let api: ReportApi;
let cluster: FakeCluster;
let notices: string[];

beforeEach(async () => {
  api = new ReportApi();
  api.namespaces.set('a', 'Active');
  await api.start();
  notices = [];
  cluster = new FakeCluster();
  cluster.resources = [pods];
  cluster.namespaces = [{ name: 'a', labels: {} }];
  cluster.policies = [aPolicy('strict'), aPolicy('lax')];
  cluster.objects = [anObject(pods, 'a/db'), anObject(pods, 'a/web')];
  cluster.answer = working;
});

afterEach(async () => {
  await api.stop();
});

/** What the policies say while nothing is broken. */
const working: FakeCluster['answer'] = ({ name }) => (name === 'strict' ? denied : { verdict: 'allowed' });
const silent: FakeCluster['answer'] = () => refused;

type RunOptions = {
  /** Since the start, when it begins. */
  readonly hours: number;
  /** The flags of the Go scanner: nothing is kept, nothing is recorded. */
  readonly dropIn?: boolean;
  /** Of the cluster; a part is not recorded. */
  readonly part?: boolean;
  readonly keepMs?: number;
};

/** One run of the whole program but for its screen, at that time; what it asked the API of reports is forgotten before. */
async function run({
  hours,
  dropIn = false,
  part = false,
  keepMs = dayMs,
}: RunOptions): Promise<AuditOutcome> {
  const clock = (): Date => new Date(start + hours * hourMs);
  const onNotice = (text: string): void => {
    notices.push(text);
  };
  api.requests.splice(0);
  const records = new RunRecords(api.client, { mapper, toolVersion: '1.2.3', clock, onNotice });
  const keep = { maxAgeMs: keepMs, readRecord: (signal: AbortSignal) => records.read(signal) };
  const sink = createReportStore(api.client, {
    mapper,
    alternative: policyReportMapper,
    onNotice,
    keep: dropIn ? undefined : keep,
  });
  const recorder = dropIn || part ? undefined : records;
  const ports = { ...cluster.ports(), sink, recorder, clock };
  return runAudit(ports, aRequest({ runUid: `run-at-${hours}` }), { stop: never, abort: never });
}

/** Everything but the record, by the name of the object. */
function reports(): Record<string, StoredObject> {
  const all = api.objects().filter(({ metadata }) => metadata.name !== recordName);
  return Object.fromEntries(all.map((report) => [(report['scope'] as { name: string }).name, report]));
}

type Result = {
  policy: string;
  result: string;
  message?: string;
  timestamp: { seconds: number };
  properties: Record<string, string>;
};

/** `policy result @hours` of one report. */
function lines(name = 'web'): string[] {
  return (reports()[name]?.['results'] as Result[]).map(
    ({ policy, result, timestamp }) =>
      `${policy.replace('clusterwide-', '')} ${result} @${(timestamp.seconds * 1000 - start) / hourMs}`,
  );
}

function earlierOf(name = 'web'): (string | undefined)[] {
  return (reports()[name]?.['results'] as Result[]).map(({ properties }) => properties['earlier-verdict']);
}

/** Requests that change reports, without the record's own. */
function writes(): string[] {
  return api.requests
    .filter(({ verb, path, body }) => !/^(get|list)$/.test(verb) && !isAboutRecord(path, body))
    .map(({ verb }) => verb);
}

function isAboutRecord(path: string, body: unknown): boolean {
  const name = (body as { metadata?: { name?: string } } | undefined)?.metadata?.name;
  return path.endsWith(`/${recordName}`) || name === recordName;
}

const recordAnnotations = (): Record<string, string> =>
  api.get(recordName)?.metadata['annotations'] as Record<string, string>;

describe('an hour without policy servers', () => {
  it('leaves the reports as they were, and so does the recovery', async () => {
    await run({ hours: 0 });
    const before = reports();
    cluster.answer = silent;
    const outage = await run({ hours: 1 });

    expect(reports()).toEqual(before);
    expect(writes()).toEqual([]);
    expect(outage).toMatchObject({
      complete: false,
      totals: {
        results: { pass: 0, fail: 0, error: 4 },
        stored: { updated: 0, unchanged: 2, keptResults: 4 },
      },
    });

    cluster.answer = working;
    const recovered = await run({ hours: 2 });
    expect(reports()).toEqual(before);
    expect(writes()).toEqual([]);
    expect(recovered).toMatchObject({ complete: true, totals: { stored: { keptResults: 0 } } });
  });

  it.each([23.9, 24, 30])('keeps verdicts until %d hours only if that is less than a day', async (hours) => {
    await run({ hours: 0 });
    cluster.answer = silent;
    await run({ hours: 1 });
    await run({ hours });
    const expected =
      hours < 24 ? ['lax pass @0', 'strict fail @0'] : [`lax error @${hours}`, `strict error @${hours}`];
    expect(lines()).toEqual(expected);
  });

  it('keeps nothing with --keep-results of a minute, and not longer than it says', async () => {
    await run({ hours: 0 });
    cluster.answer = silent;
    await run({ hours: 1, keepMs: 60_000 });
    expect(lines()).toEqual(['lax error @1', 'strict error @1']);
  });

  it('counts the age from the last run in which the policy answered everything', async () => {
    await run({ hours: 0 });
    await run({ hours: 20 });
    cluster.answer = silent;
    await run({ hours: 43 });
    expect(lines()).toEqual(['lax pass @0', 'strict fail @0']);
    await run({ hours: 44 });
    expect(lines()).toEqual(['lax error @44', 'strict error @44']);
  });

  it('is survived by the time at which a verdict was first seen, also when errors were stored', async () => {
    await run({ hours: 0 });
    cluster.answer = silent;
    await run({ hours: 30 });
    cluster.answer = () => timedOut;
    await run({ hours: 31 });
    expect(lines()).toEqual(['lax error @31', 'strict error @31']);
    cluster.answer = working;
    await run({ hours: 32 });
    expect(lines()).toEqual(['lax pass @0', 'strict fail @0']);
    expect(earlierOf()).toEqual([undefined, undefined]);
  });
});

describe('the flags of the Go scanner', () => {
  it('store errors as it does, and give verdicts their time back', async () => {
    await run({ hours: 0, dropIn: true });
    const before = reports();
    cluster.answer = silent;
    await run({ hours: 1, dropIn: true });
    expect(lines()).toEqual(['lax error @1', 'strict error @1']);
    expect(earlierOf()).toEqual([
      expect.stringMatching(/^pass since 2026-11-28T14:00:00Z \([\da-f]{8}\)$/),
      expect.stringMatching(/^fail since 2026-11-28T14:00:00Z \([\da-f]{8}\)$/),
    ]);
    await run({ hours: 2, dropIn: true });
    expect(api.takeVerbs()).toEqual(['list', 'list']);

    cluster.answer = working;
    await run({ hours: 3, dropIn: true });
    expect(reports()['web']?.['results']).toEqual(before['web']?.['results']);
  });

  it('give a verdict a new time when it is another one', async () => {
    await run({ hours: 0, dropIn: true });
    cluster.answer = silent;
    await run({ hours: 1, dropIn: true });
    cluster.answer = () => ({ verdict: 'denied', message: 'no requests' });
    await run({ hours: 2, dropIn: true });
    expect(lines()).toEqual(['lax fail @2', 'strict fail @2']);
  });

  it('record nothing', async () => {
    await run({ hours: 0, dropIn: true });
    expect(api.get(recordName)).toBeUndefined();
  });
});

describe('in a partial outage', () => {
  const partial: FakeCluster['answer'] = ({ name }, object) =>
    name === 'strict' ? refused : working(aPolicy(name), object);

  it('only what was not heard is kept', async () => {
    await run({ hours: 0 });
    const before = reports();
    cluster.answer = partial;
    expect(await run({ hours: 1 })).toMatchObject({ totals: { stored: { keptResults: 2, unchanged: 2 } } });
    expect(reports()).toEqual(before);
    expect(writes()).toEqual([]);
  });

  it('a verdict that changed is written beside one that stays, at the cost of one GET', async () => {
    await run({ hours: 0 });
    cluster.answer = ({ name }) => (name === 'strict' ? refused : { verdict: 'denied', message: 'now' });
    await run({ hours: 1 });
    expect(lines()).toEqual(['lax fail @1', 'strict fail @0']);
    expect(reports()['web']).toMatchObject({ summary: { pass: 0, fail: 2, error: 0 } });
    const ofReports = api.requests.filter(({ path, body }) => !isAboutRecord(path, body));
    expect(ofReports.map(({ verb }) => verb).sort()).toEqual([
      'get',
      'get',
      'list',
      'list',
      'patch',
      'patch',
    ]);
    const [, strict] = reports()['web']?.['results'] as Result[];
    expect(strict?.message).toBe('no limits');
  });

  it('the time of the policy that did not answer everything does not move', async () => {
    await run({ hours: 0 });
    cluster.answer = (policy, object) =>
      policy.name === 'strict' && object.reference.name === 'db' ? refused : working(policy, object);
    await run({ hours: 23 });
    expect(lines('db')).toEqual(['lax pass @0', 'strict fail @0']);
    cluster.answer = silent;
    await run({ hours: 25 });
    expect(lines('db')).toEqual(['lax pass @0', 'strict error @25']);
  });

  it('an object that is new has an error, and its report is not written again', async () => {
    await run({ hours: 0 });
    cluster.answer = silent;
    cluster.objects = [anObject(pods, 'a/db'), anObject(pods, 'a/new'), anObject(pods, 'a/web')];
    await run({ hours: 1 });
    expect(lines('new')).toEqual(['lax error @1', 'strict error @1']);
    await run({ hours: 2 });
    expect(lines('new')).toEqual(['lax error @1', 'strict error @1']);
    expect(writes()).toEqual([]);
  });

  it('a policy that is gone takes its result with it', async () => {
    await run({ hours: 0 });
    cluster.answer = silent;
    cluster.policies = [aPolicy('strict')];
    await run({ hours: 1 });
    expect(lines()).toEqual(['strict fail @0']);
  });
});

describe('nothing is kept', () => {
  const changes: readonly [string, () => void, string[]][] = [
    [
      'of a policy whose spec was changed',
      () => (cluster.policies = [aPolicy('strict', { generation: 2 }), aPolicy('lax')]),
      ['lax pass @0', 'strict error @1'],
    ],
    [
      'of a policy that was deleted and made again',
      () => (cluster.policies = [aPolicy('strict', { uid: 'another' }), aPolicy('lax')]),
      ['lax pass @0', 'strict error @1'],
    ],
    [
      'of an object that was changed',
      () => (cluster.objects = [anObject(pods, 'a/web', { resourceVersion: '8' })]),
      ['lax error @1', 'strict error @1'],
    ],
  ];

  it.each(changes)('%s', async (_, change, expected) => {
    await run({ hours: 0 });
    change();
    cluster.answer = silent;
    await run({ hours: 1 });
    expect(lines()).toEqual(expected);
  });

  it('where the policy itself says that it failed, and the time of its verdict is over', async () => {
    await run({ hours: 0 });
    cluster.answer = () => trapped;
    await run({ hours: 1 });
    expect(lines()).toEqual(['lax error @1', 'strict error @1']);
    expect(earlierOf()).toEqual([undefined, undefined]);
    cluster.answer = working;
    await run({ hours: 2 });
    expect(lines()).toEqual(['lax pass @2', 'strict fail @2']);
  });

  it('but of a policy whose status was moved it is', async () => {
    await run({ hours: 0 });
    cluster.policies = [aPolicy('strict', { resourceVersion: '99' }), aPolicy('lax')];
    cluster.answer = silent;
    await run({ hours: 1 });
    expect(lines()).toEqual(['lax pass @0', 'strict fail @0']);
  });

  const spoil = (change: (annotations: Record<string, string>) => void) => () => {
    api.touch(recordName, ({ metadata }) => {
      change(metadata['annotations'] as Record<string, string>);
    });
  };

  it.each<[string, () => void, string]>([
    [
      'without a record',
      () => {
        api.remove(recordName);
      },
      'there is no run record',
    ],
    [
      'by a record of somebody else',
      spoil((annotations) => delete annotations['audit-scanner.io/record-version']),
      'was not written by audit-scanner',
    ],
    [
      'by a record of a newer version',
      spoil((annotations) => (annotations['audit-scanner.io/record-version'] = '2')),
      'was written by a newer version',
    ],
    [
      'by a record from the future',
      spoil((annotations) => (annotations['audit-scanner.io/finished-at'] = '2027-01-01T00:00:00.000Z')),
      'has times in the future',
    ],
    [
      'by a record that says of a policy what will be',
      spoil(
        (annotations) =>
          (annotations['audit-scanner.io/answered'] = annotations['audit-scanner.io/answered']!.replace(
            '2026',
            '2027',
          )),
      ),
      'has times in the future',
    ],
    [
      'by a record that was changed',
      spoil((annotations) => (annotations['audit-scanner.io/answered'] = '{"yesterday":')),
      'something has changed it',
    ],
    [
      'when the record may not be read',
      () =>
        (api.intercept = ({ verb, path }) =>
          verb === 'get' && path.endsWith(recordName) ? failure(403, 'Forbidden', 'no') : undefined),
      'cannot be read',
    ],
  ])('%s, and that is said', async (_, change, notice) => {
    await run({ hours: 0 });
    change();
    cluster.answer = silent;
    await run({ hours: 1, part: true });
    expect(lines()).toEqual(['lax error @1', 'strict error @1']);
    expect(notices).toEqual([expect.stringContaining(notice)]);
  });
});

describe('the run record', () => {
  it('is a report of fixed name without the label of the scanner, and counts its own rows', async () => {
    cluster.policies = [...cluster.policies, aPolicy('off', { backgroundAudit: false })];
    await run({ hours: 0 });
    const record = api.get(recordName);
    expect(record).toMatchObject({
      apiVersion: 'openreports.io/v1alpha1',
      kind: 'ClusterReport',
      summary: { pass: 1, fail: 0, warn: 0, error: 0, skip: 1 },
      results: [
        { policy: 'audit-scanner/run', result: 'pass', timestamp: { seconds: start / 1000 } },
        { policy: 'clusterwide-off', result: 'skip', message: 'backgroundAudit: false' },
      ],
    });
    expect(record?.metadata.labels).toBeUndefined();
    expect(recordAnnotations()).toMatchObject({
      'audit-scanner.io/record-version': '1',
      'audit-scanner.io/complete': 'true',
      'audit-scanner.io/started-at': '2026-11-28T14:00:00.000Z',
      'audit-scanner.io/scanner-version': '1.2.3',
    });
  });

  it('says what is missing, by policy, and when it last answered everything', async () => {
    await run({ hours: 0 });
    cluster.answer = silent;
    await run({ hours: 1 });
    expect(api.get(recordName)).toMatchObject({
      summary: { pass: 0, error: 3, skip: 0 },
      results: [
        {
          policy: 'audit-scanner/run',
          result: 'error',
          message: expect.stringContaining('the connection was refused [AS-4101]') as string,
        },
        { policy: 'clusterwide-lax', properties: { 'last-answered-at': '2026-11-28T14:00:00.000Z' } },
        { policy: 'clusterwide-strict', result: 'error', message: 'the connection was refused [AS-4101]' },
      ],
    });
    expect(recordAnnotations()).toMatchObject({
      'audit-scanner.io/complete': 'false',
      'audit-scanner.io/last-complete-at': '2026-11-28T14:00:00.000Z',
    });
  });

  it('is not written by a run over a part of the cluster', async () => {
    await run({ hours: 0, part: true });
    expect(api.get(recordName)).toBeUndefined();
  });

  it('is not counted and not deleted, also if somebody gives it the label', async () => {
    await run({ hours: 0 });
    api.touch(recordName, ({ metadata }) => {
      metadata.labels = { 'app.kubernetes.io/managed-by': 'kubewarden' };
    });
    const { totals } = await run({ hours: 1 });
    expect(totals.stored).toMatchObject({ deleted: 0 });
    expect(api.get(recordName)).toBeDefined();
    expect(recordAnnotations()['audit-scanner.io/run-uid']).toBe('run-at-1');
  });

  it.each<[string, Record<string, string>]>([
    ['somebody else', {}],
    ['a newer version', { 'audit-scanner.io/record-version': '7' }],
  ])('of %s is left alone, and the scan says so', async (_, annotations) => {
    api.put('clusterreports', {
      apiVersion: 'openreports.io/v1alpha1',
      metadata: { name: recordName, annotations } as { name: string },
    });
    const before = structuredClone(api.get(recordName));
    const outcome = await run({ hours: 0 });
    expect(api.get(recordName)).toEqual(before);
    expect(outcome.complete).toBe(false);
    expect(outcome.incidents).toMatchObject([{ error: { code: 'AS-5150' } }]);
  });

  it('that cannot be written makes the scan incomplete, with the way out', async () => {
    api.intercept = ({ verb, body }) =>
      verb === 'create' && isAboutRecord('', body) ? failure(403, 'Forbidden', 'not you') : undefined;
    const outcome = await run({ hours: 0 });
    expect(outcome.complete).toBe(false);
    expect(outcome.incidents[0]?.error).toMatchObject({
      message: expect.stringContaining('not you (403)') as string,
      tries: ['grant the scanner the verbs "get", "create" and "patch" on clusterreports.openreports.io'],
    });
  });

  it('is merged with that of a run that ended at the same time', async () => {
    await run({ hours: 0 });
    let raced = false;
    api.intercept = ({ verb, path }) => {
      if (verb === 'patch' && path.endsWith(recordName) && !raced) {
        raced = true;
        api.touch(recordName, ({ metadata }) => {
          (metadata['annotations'] as Record<string, string>)['of.others/x'] = 'y';
        });
      }
      return undefined;
    };
    expect((await run({ hours: 1 })).complete).toBe(true);
    expect(recordAnnotations()).toMatchObject({ 'of.others/x': 'y', 'audit-scanner.io/run-uid': 'run-at-1' });
  });

  it('forgets policies that are gone, and holds thousands', async () => {
    cluster.policies = Array.from({ length: 20_000 }, (_, index) =>
      aPolicy(`p${index}`, { kind: 'AdmissionPolicy', namespace: 'elsewhere', uid: `uid-${index}` }),
    );
    cluster.namespaces = [
      { name: 'a', labels: {} },
      { name: 'elsewhere', labels: {} },
    ];
    await run({ hours: 0 });
    const bytes = Object.entries(recordAnnotations()).reduce(
      (sum, [key, value]) => sum + key.length + value.length,
      0,
    );
    expect(bytes).toBeGreaterThan(190 * 1024);
    expect(bytes).toBeLessThan(256 * 1024);
    const find = () =>
      findRunRecord(api.client, { api: mapper.cluster, now: new Date(start + hourMs), signal: never });
    const record = (await find())?.record;
    const known = cluster.policies.filter(
      (policy) => record && 'answeredAt' in record && record.answeredAt(policy),
    );
    expect(known.length).toBeGreaterThan(14_000);
    cluster.policies = [aPolicy('strict')];
    await run({ hours: 0.5 });
    expect(recordAnnotations()['audit-scanner.io/answered']).toMatch(
      /^\{"2026-11-28T14:30:00.000Z":"[\w-]{12}"\}$/,
    );
  });
});
