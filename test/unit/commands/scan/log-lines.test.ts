import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../../src/audit/events.ts';
import { AuditLog, type LogSettings } from '../../../../src/commands/scan/log-lines.ts';
import { type AuditOutcome, type IncidentScope } from '../../../../src/domain/audit.ts';
import { AuditError, type ErrorCode, errorCodes } from '../../../../src/domain/errors.ts';
import type { ResourceReport } from '../../../../src/domain/report.ts';
import type { LogLine } from '../../../../src/host/log-line.ts';
import { toCoverageFields } from '../../../../src/reports/coverage.ts';
import { reportMapperFor } from '../../../../src/reports/report-kinds.ts';
import { aCoverage, aPolicy } from '../../../support/builders.ts';
import { anOutcome } from '../../cli/support.ts';
import { aFail, aReport, aSubject } from '../../sinks/report-builders.ts';

const openReportsMapper = reportMapperFor('openreports');

const run = { runUid: 'run-1', startedAt: new Date('2026-11-24T02:00:00.900Z') };
const settings: LogSettings = {
  limits: { parallelNamespaces: 1, parallelResources: 100, parallelPolicies: 5 },
  store: true,
  counts: false,
  reportMapper: undefined,
};
const everything: AuditEvent = { type: 'audit-started', run, scope: { cluster: true, namespaces: 'all' } };
const oneNamespace: AuditEvent = {
  type: 'audit-started',
  run,
  scope: { cluster: false, namespaces: ['shop'] },
};

function linesOf(events: readonly AuditEvent[], overrides: Partial<LogSettings> = {}): LogLine[] {
  const lines: LogLine[] = [];
  const log = new AuditLog({ ...settings, ...overrides }, (line) => lines.push(line));
  for (const event of events) log.observe(event);
  return lines;
}

/** `[level, message, fields]`, without the component that every line has. */
function tell(events: readonly AuditEvent[], overrides?: Partial<LogSettings>): unknown[] {
  return linesOf(events, overrides).map(({ level, message, fields: { component, ...fields } }) => {
    expect(component).toBe('scanner');
    return [level, message, fields];
  });
}

function objectStarted(path: string): AuditEvent {
  const object = aSubject(path);
  const groupResource = object.namespace === undefined ? 'namespaces' : 'deployments.apps';
  return { type: 'object-started', object, groupResource, policies: 3 };
}

function objectFinished(report: ResourceReport): AuditEvent {
  return { type: 'object-finished', object: report.subject, report };
}

function incident(code: ErrorCode, scope: IncidentScope): AuditEvent {
  return { type: 'incident', incident: { error: new AuditError(code, 'why'), scope, count: 1 } };
}

describe('a whole run in the words of the Go scanner', () => {
  it('tells both passes', () => {
    const audited = { policy: aPolicy('a'), state: 'audited', reason: undefined, notes: [] } as const;
    const skipped = {
      policy: aPolicy('b'),
      state: 'skipped',
      reason: 'backgroundAudit: false',
      notes: [],
    } as const;
    const errored = { policy: aPolicy('c'), state: 'errored', reason: 'no such server', notes: [] } as const;
    const lines = tell([
      everything,
      { type: 'pass-started', pass: 'cluster', policies: [audited, skipped] },
      objectStarted('shop'),
      { type: 'pass-finished', pass: 'cluster' },
      { type: 'pass-started', pass: 'namespaced', policies: [audited, skipped, errored] },
      objectStarted('shop/web'),
      objectStarted('shop/api'),
      { type: 'namespace-finished', namespace: 'empty' },
      { type: 'namespace-finished', namespace: 'shop' },
      { type: 'pass-finished', pass: 'namespaced' },
    ]);
    const started = { RunUID: 'run-1', 'parallel-resources-audits': 100 };
    const audit = {
      'resource-type': 'deployments.apps',
      'policies-to-evaluate': 3,
      namespace: 'shop',
      'parallel-policies-audit': 5,
    };
    expect(lines).toEqual([
      ['info', 'clusterwide resources scan started', { RunUID: 'run-1' }],
      [
        'info',
        'cluster admission policies count',
        {
          'policies-to-evaluate': 1,
          'policies-skipped': 1,
          'policies-errored': 0,
          'parallel-resources-audits': 100,
        },
      ],
      ['info', 'policy not audited', { policy: 'clusterwide-b', reason: 'backgroundAudit: false' }],
      [
        'info',
        'audit clusterwide resource',
        { resource: 'shop', 'resource-type': 'namespaces', 'policies-to-evaluate': 3 },
      ],
      ['info', 'Cluster-wide resources scan finished', {}],
      ['info', 'all-namespaces scan started', { dict: { 'parallel-namespaces-audits': 1 } }],
      ['info', 'policy count', { 'policies-to-evaluate': 1, 'policies-skipped': 1, 'policies-errored': 1 }],
      ['info', 'policy not audited', { policy: 'clusterwide-c', reason: 'no such server' }],
      ['info', 'namespace scan started', { namespace: 'shop', ...started }],
      ['info', 'audit resource', { resource: 'web', ...audit }],
      ['info', 'audit resource', { resource: 'api', ...audit }],
      ['info', 'namespace scan started', { namespace: 'empty', ...started }],
      ['info', 'Namespaced resources scan finished', { namespace: 'empty' }],
      ['info', 'Namespaced resources scan finished', { namespace: 'shop' }],
      ['info', 'all-namespaces scan finished', {}],
    ]);
  });

  it('does not speak of all namespaces when one was asked for', () => {
    const messages = linesOf([
      oneNamespace,
      { type: 'pass-started', pass: 'namespaced', policies: [] },
      objectStarted('shop/web'),
      { type: 'namespace-finished', namespace: 'shop' },
      { type: 'pass-finished', pass: 'namespaced' },
    ]).map(({ message }) => message);
    expect(messages).toEqual([
      'policy count',
      'namespace scan started',
      'audit resource',
      'Namespaced resources scan finished',
    ]);
  });
});

describe('evaluations without a verdict', () => {
  it.each([
    [errorCodes.policyServerUnreachable, 'error sending AdmissionReview to PolicyServer'],
    [errorCodes.answerMalformed, 'error sending AdmissionReview to PolicyServer'],
    [errorCodes.evaluationFailed, 'error evaluating Policy in PolicyServer'],
  ])('%s: %s', (code, message) => {
    const error = new AuditError(code, 'why');
    const event: AuditEvent = {
      type: 'evaluation-failed',
      object: aSubject('shop/web'),
      policy: aPolicy('a'),
      error,
    };
    const response = { 'admissionRequest-name': 'web', policy: 'a', resource: 'web' };
    expect(tell([event])).toEqual([['error', message, { error: 'why', code, response }]]);
  });
});

describe('incidents', () => {
  it.each([
    [
      'AS-3101',
      { resource: 'secrets' },
      'warning',
      'Failed to list resources',
      { 'resource-GVK': 'secrets' },
    ],
    [
      'AS-3103',
      { resource: 'pods', namespace: 'shop' },
      'warning',
      'Failed to list resources',
      { 'resource-GVK': 'pods', ns: 'shop' },
    ],
    [
      'AS-5101',
      { resource: 'pods', namespace: 'shop' },
      'error',
      'error adding PolicyReport to store.',
      { resource: 'pods', namespace: 'shop' },
    ],
    ['AS-5102', {}, 'error', 'error deleting old reports', {}],
    [
      'AS-4102',
      { policy: 'P' },
      'error',
      'failed to obtain matching policy-server URL, skipping as error...',
      { policy: 'P' },
    ],
    ['AS-1003', { resource: 'pods' }, 'warning', 'interrupted', { resource: 'pods' }],
    ['AS-4301', { policy: 'P' }, 'error', 'why', { policy: 'P' }],
  ] as const)('%s %j', (code, scope, level, message, fields) => {
    expect(tell([incident(code, scope)])).toEqual([[level, message, { error: 'why', code, ...fields }]]);
  });

  it('bring facts and advice along', () => {
    const error = new AuditError(errorCodes.listForbidden, 'why', { facts: ['f'], tries: ['t'] });
    expect(tell([{ type: 'incident', incident: { error, scope: {}, count: 1 } }])).toEqual([
      ['warning', 'Failed to list resources', { error: 'why', code: 'AS-3101', facts: ['f'], try: ['t'] }],
    ]);
  });
});

describe('reports in the log', () => {
  const report = aReport('shop/web', [aFail('a', 'no')]);

  it('are printed as JSON where they are asked for (W17)', () => {
    const [line] = linesOf([everything, objectFinished(report)], { reportMapper: openReportsMapper });
    expect(line).toMatchObject({ level: 'info', message: 'PolicyReport summary' });
    const stamp = { runUid: 'run-1', timestamps: [Date.UTC(2026, 10, 24, 2) / 1000] };
    expect(JSON.parse(String(line?.fields['report']))).toEqual(openReportsMapper.toBody(report, stamp));
  });

  it('have another message for cluster-scoped objects', () => {
    const events = [everything, objectFinished(aReport('shop', [aFail('a')]))];
    const messages = linesOf(events, { reportMapper: openReportsMapper }).map(({ message }) => message);
    expect(messages).toEqual(['ClusterPolicyReport summary']);
  });

  it('are not printed otherwise, nor for an object without results', () => {
    expect(linesOf([everything, objectFinished(report)])).toEqual([]);
    const nothing: AuditEvent = { type: 'object-finished', object: report.subject, report: undefined };
    expect(linesOf([everything, nothing], { reportMapper: openReportsMapper })).toEqual([]);
  });
});

describe('the end', () => {
  const incidents = [
    { error: new AuditError(errorCodes.listForbidden, 'why'), scope: { resource: 'secrets' }, count: 2 },
  ];
  const evaluationFailures = [
    { policy: aPolicy('a'), code: errorCodes.evaluationTimeout, message: 'slow', count: 4 },
  ];
  const outcome: AuditOutcome = anOutcome(
    { complete: false, incidents, evaluationFailures },
    {
      resources: 9,
      evaluations: 12,
      results: { pass: 7, fail: 1, warn: 0, error: 4, skip: 0 },
      failBySeverity: { high: 1 },
      stored: { created: 1, updated: 2, unchanged: 3, deleted: 4, keptResults: 0 },
    },
  );
  const fields = {
    RunUID: 'run-1',
    complete: false,
    interrupted: false,
    'duration-seconds': 1.4,
    'policies-to-evaluate': 0,
    'policies-skipped': 0,
    'policies-errored': 0,
    resources: 9,
    evaluations: 12,
    pass: 7,
    fail: 1,
    warn: 0,
    error: 4,
    skip: 0,
    'fail-by-severity': { critical: 0, high: 1, medium: 0, low: 0, info: 0, unset: 0 },
    coverage: toCoverageFields(aCoverage()),
    incidents: [{ code: 'AS-3101', error: 'why', resource: 'secrets', count: 2 }],
    'evaluation-failures': [{ code: 'AS-4103', error: 'slow', policy: 'clusterwide-a', count: 4 }],
  };
  const reports = { created: 1, updated: 2, unchanged: 3, deleted: 4, keptResults: 0 };

  it('has all totals in one line', () => {
    expect(tell([{ type: 'audit-finished', outcome }])).toEqual([
      ['warning', 'audit finished', { ...fields, reports }],
    ]);
  });

  it('leaves the reports out where none were to be stored', () => {
    expect(tell([{ type: 'audit-finished', outcome }], { store: false })).toEqual([
      ['warning', 'audit finished', fields],
    ]);
  });

  it('is no warning when the scan is complete', () => {
    expect(linesOf([{ type: 'audit-finished', outcome: anOutcome() }])[0]?.level).toBe('info');
  });
});

describe('with counts', () => {
  const counting = { counts: true };
  const refused = new AuditError(errorCodes.policyServerUnreachable, 'refused');
  const failureOf = (name: string, error = refused): AuditEvent => ({
    type: 'evaluation-failed',
    object: aSubject(`shop/${name}`),
    policy: aPolicy('p'),
    error,
  });

  it('one cause is one line with a count, when the audit is over', () => {
    const failures = Array.from({ length: 944 }, (_, index) => failureOf(`web-${index}`));
    const other = failureOf('api', new AuditError(errorCodes.evaluationTimeout, 'too slow'));
    expect(linesOf([...failures, other], counting)).toEqual([]);
    const lines = linesOf([...failures, other, { type: 'audit-finished', outcome: anOutcome() }], counting);
    expect(lines.at(-1)?.message).toBe('audit finished');
    expect(lines.slice(0, -1).map(({ fields }) => [fields['error'], fields['count']])).toEqual([
      ['refused', 944],
      ['too slow', undefined],
    ]);
    expect(lines[0]?.fields).not.toHaveProperty('response');
  });

  it('causes without end are counted together from the twentieth on', () => {
    const failures = Array.from({ length: 30 }, (_, index) =>
      failureOf('web', new AuditError(errorCodes.evaluationFailed, `reason ${index}`)),
    );
    const lines = linesOf([...failures, { type: 'audit-finished', outcome: anOutcome() }], counting);
    expect(lines).toHaveLength(20 + 1 + 1);
    expect(lines[20]?.fields['count']).toBe(10);
  });
});
