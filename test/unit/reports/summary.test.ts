import { describe, expect, it } from 'vitest';
import { type Incident, type IncidentScope } from '../../../src/domain/audit.ts';
import { AuditError, type ErrorCode, errorCodes } from '../../../src/domain/errors.ts';
import { renderSummary, type SummaryOptions } from '../../../src/reports/summary.ts';
import { aPolicy } from '../../support/builders.ts';
import { aGate, anOutcome } from '../cli/support.ts';

const titles: Partial<Record<ErrorCode, string>> = {
  'AS-3101': 'Listing a resource type is forbidden',
  'AS-4103': 'No answer in time',
};
const options: SummaryOptions = {
  color: false,
  counts: true,
  verbose: false,
  store: false,
  titleOf: (code) => titles[code] ?? code,
};
const gate = aGate({ verdict: 'PASSED: all is well.' });

function incident(scope: IncidentScope, message = 'not allowed', count = 1): Incident {
  return { error: new AuditError(errorCodes.listForbidden, message), scope, count };
}

function linesOf(outcome = anOutcome(), overrides: Partial<SummaryOptions> = {}): string[] {
  const text = renderSummary(outcome, gate, { ...options, ...overrides });
  expect(text.endsWith('\n')).toBe(true);
  return text.trimEnd().split('\n');
}

const lookedAt = '  looked at: 2 namespaces, 2 resource types: all 12 checks in full';

describe('the counts', () => {
  const totals = {
    resources: 9,
    evaluations: 31,
    results: { pass: 24, fail: 5, warn: 0, error: 1, skip: 0 },
    failBySeverity: { high: 2, medium: 1, low: 1, info: 1 },
    stored: { created: 3, updated: 1, unchanged: 5, deleted: 2, keptResults: 0 },
  };
  const audited = { policy: aPolicy('a'), state: 'audited', reason: undefined, notes: [] } as const;

  it('come first and the verdict last', () => {
    expect(linesOf(anOutcome({ policies: [audited] }, totals))).toEqual([
      '9 resources, 1 audited policy, 31 evaluations in 1.4s',
      '  pass 24   fail 5 (2 high, 1 medium, 1 low, 1 info)   error 1',
      lookedAt,
      'PASSED: all is well.',
    ]);
  });

  it('have what was stored where something was to be', () => {
    expect(linesOf(anOutcome({}, totals), { store: true })[2]).toBe(
      '  reports: 3 created, 1 updated, 5 unchanged, 2 deleted',
    );
  });

  it('say how much was asked of each policy server, and what bounded it', () => {
    const servers = [
      { server: 'default', highest: 14, last: 6, halved: 0 },
      { server: 'other', highest: 2, last: 1, halved: 3 },
    ];
    expect(
      linesOf(anOutcome({ load: { mode: 'normal', atMost: 100, servers } }, totals)).slice(3, 6),
    ).toEqual([
      '  load: normal, at most 100 evaluations in flight',
      '    policy server default: up to 14, 6 at the end',
      '    policy server other: up to 2, 1 at the end, halved 3 times',
    ]);
    expect(linesOf(anOutcome({ load: { mode: 'full', atMost: 1, servers: [] } }, totals))[3]).toBe(
      '  load: full, at most 1 evaluation in flight',
    );
  });

  it('have how policy servers were connected to, where that was asked for', () => {
    const connections = [
      { server: 'default', mode: 'balanced', reason: undefined, endpoints: 3 },
      { server: 'other', mode: 'per-request', reason: 'they may not be listed', endpoints: 0 },
    ] as const;
    expect(linesOf(anOutcome({ connections }, totals)).slice(3, 5)).toEqual([
      '  connections to policy server default: balanced over 3 endpoints',
      '  connections to policy server other: one per evaluation: they may not be listed',
    ]);
  });

  it('can be left out', () => {
    expect(linesOf(anOutcome({ policies: [audited] }, totals), { counts: false })).toEqual([
      'PASSED: all is well.',
    ]);
  });

  it('are 0 for a run that found nothing', () => {
    expect(linesOf()).toEqual([
      '0 resources, 0 audited policies, 0 evaluations in 1.4s',
      '  pass 0   fail 0   error 0',
      lookedAt,
      'PASSED: all is well.',
    ]);
  });
});

describe('policies that were not audited', () => {
  const skipped = (name: string, reason: string) =>
    ({ policy: aPolicy(name), state: 'skipped', reason, notes: [] }) as const;

  it('are named with the reason', () => {
    const policies = [
      skipped('a', 'backgroundAudit: false'),
      skipped('b', 'status: pending'),
      skipped('c', 'backgroundAudit: false'),
    ];
    expect(linesOf(anOutcome({ policies })).slice(2, -2)).toEqual([
      '  not audited: 3 policies',
      '    ClusterAdmissionPolicy/a, ClusterAdmissionPolicy/c: backgroundAudit: false',
      '    ClusterAdmissionPolicy/b: status: pending',
    ]);
  });

  it('are all named only with -v', () => {
    const policies = Array.from({ length: 10 }, (_, index) => skipped(`p${index}`, 'off'));
    const [, few] = linesOf(anOutcome({ policies })).slice(2, -2);
    expect(few).toMatch(/\/p7 and 2 more \(-v names all\): off$/);
    const [, all] = linesOf(anOutcome({ policies }), { verbose: true }).slice(2, -2);
    expect(all).toMatch(/\/p8, ClusterAdmissionPolicy\/p9: off$/);
  });

  it('may be audited in part', () => {
    const policies = [
      { policy: aPolicy('a'), state: 'audited', reason: undefined, notes: ['pods/exec: a subresource'] },
    ] as const;
    expect(linesOf(anOutcome({ policies })).slice(2, -2)).toEqual(['  audited in part: 1 policy']);
    expect(linesOf(anOutcome({ policies }), { verbose: true }).slice(2, -2)).toEqual([
      '  audited in part: 1 policy',
      '    ClusterAdmissionPolicy/a: pods/exec: a subresource',
    ]);
  });
});

describe('what was not looked at', () => {
  it('is told exactly, even without counts', () => {
    const incidents = [
      incident({ resource: 'secrets' }, '"ana" is not allowed to list secrets'),
      incident({ resource: 'roles.rbac.authorization.k8s.io', namespace: 'shop' }, 'the same', 2),
    ];
    expect(linesOf(anOutcome({ incidents, complete: false }), { counts: false })).toEqual([
      'INCOMPLETE: Listing a resource type is forbidden [AS-3101]',
      '    secrets, roles.rbac.authorization.k8s.io in shop (2 times)',
      '    first: "ana" is not allowed to list secrets',
      '  A retry will not help: somebody has to change something first.',
      '  Details: audit-scanner explain AS-3101',
      'PASSED: all is well.',
    ]);
  });

  it('has the evaluations of each policy', () => {
    const failure = (name: string, count: number) => ({
      policy: aPolicy(name),
      code: errorCodes.evaluationTimeout,
      message: 'slow',
      count,
    });
    const evaluationFailures = [failure('a', 8), failure('b', 4)];
    const incidents = [incident({ policy: 'ClusterAdmissionPolicy/c' })];
    expect(linesOf(anOutcome({ complete: false, incidents, evaluationFailures }), { counts: false })).toEqual(
      [
        'INCOMPLETE: Listing a resource type is forbidden [AS-3101]',
        '    policy ClusterAdmissionPolicy/c',
        '    not allowed',
        'INCOMPLETE: 12 evaluations gave no verdict: No answer in time [AS-4103]',
        '    ClusterAdmissionPolicy/a (8), ClusterAdmissionPolicy/b (4)',
        '    first: slow',
        '  A retry may help.',
        '  Details: audit-scanner explain AS-3101; audit-scanner explain AS-4103',
        'PASSED: all is well.',
      ],
    );
  });

  it('has what to try, and wraps at the width of a terminal', () => {
    const failure = {
      policy: aPolicy('a'),
      code: errorCodes.evaluationTimeout,
      message: 'its name does not resolve from where this scan runs',
      tries: ['audit-scanner scan --engine embedded', 'something else'],
      count: 944,
    };
    expect(
      linesOf(anOutcome({ complete: false, evaluationFailures: [failure] }), { counts: false, width: 48 }),
    ).toEqual([
      'INCOMPLETE: 944 evaluations gave no verdict: No',
      'answer in time [AS-4103]',
      '    ClusterAdmissionPolicy/a (944)',
      '    first: its name does not resolve from where',
      '    this scan runs',
      '    Try: audit-scanner scan --engine embedded',
      '  A retry may help.',
      '  Details: audit-scanner explain AS-4103',
      'PASSED: all is well.',
    ]);
  });

  it('may be everything', () => {
    expect(linesOf(anOutcome({ incidents: [incident({})] }), { counts: false })[1]).toBe(
      '    the whole scan',
    );
  });

  it('is shortened without -v', () => {
    const incidents = Array.from({ length: 12 }, (_, index) => incident({ resource: `t${index}` }));
    expect(linesOf(anOutcome({ incidents }), { counts: false })[1]).toBe(
      '    t0, t1, t2, t3, t4, t5, t6, t7 and 4 more (-v names all)',
    );
    expect(linesOf(anOutcome({ incidents }), { counts: false, verbose: true })[1]).toMatch(/, t10, t11$/);
  });

  it('starts no line and steers no terminal', () => {
    const incidents = [incident({ resource: 'a\nb' }, 'x\u001b[31m\nPASSED')];
    expect(linesOf(anOutcome({ incidents }), { counts: false }).slice(1, 3)).toEqual([
      '    a b',
      '    x PASSED',
    ]);
  });
});

describe('colours', () => {
  it.each([
    ['passed', '\u001b[32m'],
    ['failed', '\u001b[31m'],
    ['incomplete', '\u001b[33m'],
    ['none', '\u001b[33m'],
  ] as const)('of a gate that is %s, whatever the exit code', (result, style) => {
    const text = renderSummary(anOutcome(), aGate({ result, verdict: 'It is.' }), {
      ...options,
      color: true,
    });
    expect(text.trimEnd().split('\n').at(-1)).toBe(`${style}It is.\u001b[0m`);
  });
});
