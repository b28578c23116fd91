import { describe, expect, it } from 'vitest';
import {
  checkReading,
  checkReportDefinitions,
  checkStoring,
} from '../../../../src/commands/doctor/access-checks.ts';
import { checkExpiry } from '../../../../src/commands/doctor/certificate-checks.ts';
import {
  checkDefinitions,
  checkDiscovery,
  checkNamespaces,
  checkPolicies,
} from '../../../../src/commands/doctor/cluster-checks.ts';
import {
  checkClientCertificate,
  checkServer,
  type ServerFacts,
} from '../../../../src/commands/doctor/server-checks.ts';
import type { ReviewedNeed } from '../../../../src/commands/rbac/review.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import type { AuditPlan } from '../../../../src/matching/plan.ts';
import { reportMapperFor } from '../../../../src/reports/report-kinds.ts';
import { policyResources } from '../../../../src/sources/policy-schema.ts';
import type { DiscoveredApi } from '../../../../src/sources/source.ts';
import { anApiResource, aPlan, aPolicy, aRule, pods } from '../../../support/builders.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const silent = new AuditError(errorCodes.discoveryFailed, 'it does not answer');
const forbidden = new AuditError(errorCodes.listForbidden, '"ana" is not allowed to list it', {
  tries: ['audit-scanner rbac --missing | kubectl apply -f -'],
});

function anApi(types: readonly string[], failures: readonly string[] = []): DiscoveredApi {
  return {
    resources: types.map((type) => anApiResource(type, 'X')),
    failures: failures.map((groupVersion) => ({ groupVersion, error: silent })),
  };
}

function planOf(
  policies: readonly ReturnType<typeof aPolicy>[],
  unavailable: readonly string[] = [],
): AuditPlan {
  return aPlan(policies, { resources: [pods], unavailable });
}

describe('the dates of a certificate', () => {
  const now = Date.UTC(2026, 10, 24, 12);
  const inDays = (days: number) => new Date(now + days * 86_400_000);
  const options = { now, code: errorCodes.apiCertificateExpiresSoon, fixes: ['renew it'] };

  it.each([
    [364.5, 'ok', 'valid until 2027-11-24, 364 more days, issued by CN=ca'],
    [30, 'ok', 'valid until 2026-12-24, 30 more days, issued by CN=ca'],
    [29.9, 'warn', 'valid until 2026-12-24, 29 more days, issued by CN=ca'],
    [1, 'warn', 'valid until 2026-11-25, 1 more day, issued by CN=ca'],
    [0, 'fail', 'expired on 2026-11-24, issued by CN=ca'],
    [-300, 'fail', 'expired on 2026-01-28, issued by CN=ca'],
  ])('%d days before its end', (days, result, detail) => {
    const expiresAt = inDays(days);
    expect(checkExpiry('x', { issuer: 'CN=ca', expiresAt }, options)).toEqual({
      name: 'x',
      result,
      detail,
      ...(result === 'ok' ? { code: undefined, fixes: [] } : { code: 'AS-3120', fixes: ['renew it'] }),
    });
  });
});

describe('the types', () => {
  it('matter where a policy may mean them', () => {
    const metrics = 'metrics.k8s.io/v1beta1';
    const about = aPolicy('p', { rules: [aRule('v1/pods'), aRule(`${metrics}/nodes`)] });
    expect(checkDiscovery(anApi(['v1/pods']), planOf([aPolicy('p')]))).toMatchObject({
      result: 'ok',
      detail: '1 types',
    });
    expect(checkDiscovery(anApi([], [metrics]), planOf([aPolicy('p')], [metrics])).result).toBe('warn');
    expect(checkDiscovery(anApi([], [metrics]), planOf([about], [metrics]))).toMatchObject({
      result: 'fail',
      detail: `policies need ${metrics}, which does not answer`,
    });
    expect(checkDiscovery(silent, undefined).result).toBe('fail');
  });

  it('of Kubewarden are there, in part, in another version, or not', () => {
    const kinds = [...policyResources.map(({ resource }) => resource), 'policyservers'];
    const served = (version: string, names = kinds) =>
      anApi(names.map((name) => `policies.kubewarden.io/${version}/${name}`));
    expect(checkDefinitions(served('v1')).result).toBe('ok');
    expect(checkDefinitions(served('v1', kinds.slice(1)))).toMatchObject({
      result: 'warn',
      detail: 'policies.kubewarden.io/v1 without clusteradmissionpolicies',
    });
    expect(checkDefinitions(served('v1alpha2'))).toMatchObject({
      result: 'fail',
      code: 'AS-3110',
      detail: 'no policies.kubewarden.io/v1: only v1alpha2 is served',
    });
    expect(checkDefinitions(anApi([])).detail).toContain('Kubewarden is not installed');
    expect(checkDefinitions(silent).result).toBe('skipped');
  });
});

describe('the policies', () => {
  it.each([
    ['fine', [aPolicy('a')], 'ok', '1 found: 1 audited'],
    [
      'partly off',
      [aPolicy('a'), aPolicy('b', { backgroundAudit: false }), aPolicy('c', { status: 'pending' })],
      'ok',
      '3 found: 1 audited, 2 not audited (backgroundAudit: false; status: pending)',
    ],
    [
      'broken',
      [aPolicy('a'), aPolicy('b', { objectSelector: { matchExpressions: [{ key: 'x', operator: '?' }] } })],
      'fail',
      '2 found: 1 audited, 1 broken: ClusterAdmissionPolicy/b',
    ],
    ['none', [], 'fail', '0 found: 0 audited; there is nothing to scan'],
  ])('%s', (_, policies, result, detail) => {
    expect(checkPolicies({ policies, broken: [] }, planOf(policies))).toMatchObject({ result, detail });
  });

  it('that nobody may list are a failure with the way out of it', () => {
    expect(checkPolicies(forbidden, undefined)).toEqual({
      name: 'policies',
      result: 'fail',
      detail: '"ana" is not allowed to list it',
      code: 'AS-3101',
      fixes: ['audit-scanner rbac --missing | kubectl apply -f -'],
    });
    expect(checkPolicies({ policies: [], broken: [] }, undefined).result).toBe('skipped');
    expect(checkNamespaces(forbidden).result).toBe('fail');
    expect(checkNamespaces([{ name: 'a', labels: {} }])).toMatchObject({
      result: 'ok',
      detail: '1 to audit',
    });
  });
});

function need(
  text: string,
  access: ReviewedNeed['access'],
  purpose: ReviewedNeed['purpose'] = 'types',
): ReviewedNeed {
  const [verb = '', type = '', , namespace] = text.split(' ');
  const [resource = '', ...group] = type.split('.');
  const permission = { verb, group: group.join('.'), version: 'v1', resource, namespace };
  return { permission, purpose, access, fallsBack: false };
}

describe('the permissions', () => {
  const options = { typesKnown: true, fix: 'grant it' };
  const start = need('list policies', 'allowed', 'start');

  it('to list are counted by type', () => {
    expect(
      checkReading([start, need('list pods', 'allowed'), need('list secrets', 'elsewhere')], options),
    ).toEqual({
      name: 'list permission',
      result: 'ok',
      detail: '2 of 2 types, 1 of them namespace by namespace',
      code: undefined,
      fixes: [],
    });
    expect(
      checkReading(
        [
          need('list services in kw', 'denied', 'servers'),
          need('list pods in a', 'allowed'),
          need('list pods in b', 'denied'),
          need('list secrets', 'denied'),
          need('list roles.rbac', 'allowed'),
        ],
        options,
      ),
    ).toMatchObject({
      result: 'fail',
      code: 'AS-3101',
      detail: '1 of 3 types; missing: list services in kw, list pods in b, list secrets',
      fixes: ['grant it'],
    });
  });

  it('are not known to be enough where the types are not known', () => {
    expect(checkReading([start], { ...options, typesKnown: false }).result).toBe('skipped');
  });

  it('to store count only where something is stored', () => {
    const report = (access: ReviewedNeed['access']) => [
      need('list reports.openreports.io', 'allowed', 'reports'),
      need('create reports.openreports.io', access, 'reports'),
      need('patch reports.openreports.io', access, 'reports'),
    ];
    const storing = { store: true, fix: 'grant it' };
    expect(checkStoring(report('denied'), { ...storing, store: false }).result).toBe('skipped');
    expect(checkStoring(report('allowed'), storing)).toMatchObject({
      result: 'ok',
      detail: 'reports.openreports.io',
    });
    expect(checkStoring(report('denied'), storing)).toMatchObject({
      result: 'fail',
      code: 'AS-3121',
      detail: 'missing: create,patch reports.openreports.io',
      fixes: ['grant it'],
    });
    expect(checkStoring(report('unknown'), storing).result).toBe('warn');
  });
});

describe('the kinds of reports', () => {
  const open = ['openreports.io/v1alpha1/reports', 'openreports.io/v1alpha1/clusterreports'];
  const older = ['wgpolicyk8s.io/v1alpha2/policyreports', 'wgpolicyk8s.io/v1alpha2/clusterpolicyreports'];
  const options = { chosen: openReportsMapper, other: policyReportMapper, store: true };

  it('are there, or the other one is, or none', () => {
    expect(checkReportDefinitions(anApi(open), options).result).toBe('ok');
    expect(checkReportDefinitions(anApi(open.slice(1)), options).result).toBe('fail');
    expect(checkReportDefinitions(anApi(older), options)).toMatchObject({
      result: 'fail',
      code: 'AS-3102',
      detail: 'no openreports.io/v1alpha1, but wgpolicyk8s.io',
      fixes: [
        'audit-scanner doctor --store --report-kind policyreport',
        'kubectl get crd reports.openreports.io',
      ],
    });
    expect(checkReportDefinitions(anApi([]), options).fixes).toEqual([
      'kubectl get crd reports.openreports.io',
    ]);
    expect(checkReportDefinitions(anApi([]), { ...options, store: false }).result).toBe('skipped');
  });
});

describe('a policy server', () => {
  const now = Date.UTC(2026, 10, 24);
  const options = { now, verify: true, kubewardenNamespace: 'kw' };
  const fine: ServerFacts = {
    name: 'default',
    url: new URL('https://localhost:3000'),
    failure: undefined,
    latencyMs: 11.6,
    answersToAnything: false,
    certificate: { issuer: 'CN=ca', expiresAt: new Date(now + 100 * 86_400_000) },
    policies: undefined,
  };
  const results = (facts: Partial<ServerFacts>, overrides: Partial<typeof options> = {}) =>
    checkServer({ ...fine, ...facts }, { ...options, ...overrides }).map(({ result, detail }) => [
      result,
      detail,
    ]);

  it('answers', () => {
    expect(results({ policies: { known: 3, failed: [] } })).toEqual([
      ['ok', 'https://localhost:3000 answers in 12 ms'],
      ['ok', 'valid until 2027-03-04, 100 more days, issued by CN=ca'],
      ['ok', '3 of 3 answer'],
    ]);
  });

  it('has endpoints that connections can be kept to, or not', () => {
    const endpoints = {
      server: 'default',
      mode: 'balanced',
      reason: undefined,
      endpoints: 3,
      strangers: [] as string[],
    } as const;
    expect(results({ endpoints })[2]).toEqual(['ok', '3 endpoints ready']);
    expect(results({ endpoints: { ...endpoints, strangers: ['10.0.0.9 port 8443'] } })[2]).toEqual([
      'warn',
      '3 endpoints ready; with the certificate of somebody else: 10.0.0.9 port 8443',
    ]);
    const reason = 'they may not be listed';
    expect(results({ endpoints: { ...endpoints, mode: 'per-request', reason } })[2]).toEqual([
      'warn',
      'one connection per evaluation: they may not be listed',
    ]);
  });

  it('does not answer', () => {
    const failure = new AuditError(errorCodes.policyServerUnreachable, 'cannot reach it', {
      facts: ['https://localhost:3000 – ECONNREFUSED'],
      tries: ['audit-scanner scan --policy-server-url https://localhost:3001'],
    });
    expect(results({ failure, certificate: undefined })).toEqual([
      ['fail', 'cannot reach it; https://localhost:3000 – ECONNREFUSED'],
      ['skipped', 'not checked'],
      ['skipped', 'not checked'],
    ]);
    expect(checkServer({ ...fine, failure }, options)[0]?.fixes).toEqual([
      'audit-scanner doctor --policy-server-url https://localhost:3001',
    ]);
  });

  it('is reached, but not trusted', () => {
    const failure = new AuditError(errorCodes.policyServerCertificateUntrusted, 'it is self-signed');
    expect(results({ failure })).toEqual([
      ['ok', 'https://localhost:3000 answers, but see below'],
      ['fail', 'it is self-signed'],
      ['skipped', 'not checked'],
    ]);
  });

  it('is not verified, or has nothing to verify, or is none', () => {
    expect(results({}, { verify: false })[1]?.[0]).toBe('warn');
    expect(results({ url: new URL('http://localhost:3000'), certificate: undefined })[1]).toEqual([
      'skipped',
      'plain HTTP has none',
    ]);
    expect(results({ answersToAnything: true })[0]?.[0]).toBe('warn');
  });

  it('does not know policies', () => {
    const error = new AuditError(errorCodes.policyNotLoaded, 'policy "x" is not loaded');
    const [, , loaded] = checkServer(
      { ...fine, policies: { known: 1, failed: [{ policy: 'x', error }] } },
      options,
    );
    expect(loaded).toMatchObject({
      result: 'fail',
      code: 'AS-4203',
      detail: '1 of 2 do not answer: x: policy "x" is not loaded',
      fixes: ['kubectl -n kw logs deployment/policy-server-default --tail=100'],
    });
  });

  it('may want a client certificate', () => {
    const failure = new AuditError(errorCodes.clientCertificateRefused, 'it requires a client certificate');
    const servers: ServerFacts[] = [{ ...fine, failure }];
    const check = (certificate: ServerFacts['certificate'], of = servers) =>
      checkClientCertificate({ now, kubewardenNamespace: 'kw', certificate, servers: of });
    expect(check(undefined, [fine]).result).toBe('skipped');
    expect(check(undefined)).toMatchObject({ result: 'fail', code: 'AS-4113' });
    expect(check(fine.certificate, [fine]).result).toBe('ok');
    expect(check(fine.certificate)).toMatchObject({ result: 'fail', code: 'AS-4113' });
    const ending = { issuer: '', expiresAt: new Date(now + 86_400_000) };
    expect(check(ending, [fine])).toMatchObject({
      result: 'warn',
      code: 'AS-1002',
      detail: 'valid until 2026-11-25, 1 more day',
    });
  });
});
