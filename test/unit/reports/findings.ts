import type { AuditOutcome } from '../../../src/domain/audit.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { TopOwner } from '../../../src/domain/owner.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { type PolicyResult, type ResourceReport, summarize } from '../../../src/domain/report.ts';
import type { ResourceOrigin } from '../../../src/domain/resource.ts';
import { type Severity } from '../../../src/domain/severity.ts';
import type { AuditDocument, RenderContext } from '../../../src/reports/renderer.ts';
import { aCoverage, aPolicy } from '../../support/builders.ts';
import { aFail, aReport, aSubject } from '../sinks/report-builders.ts';

/** A scan of the cluster `kind-demo`. */
export const clusterContext: RenderContext = {
  width: 80,
  color: false,
  headers: true,
  toolVersion: '1.2.3',
  target: { context: 'kind-demo', server: 'https://127.0.0.1:6443' },
  toRelativePath: (path) => path,
};

/** A scan of `deploy/`, started in the folder `sub` of a repository. */
export const filesContext: RenderContext = {
  ...clusterContext,
  target: { context: undefined, server: undefined, paths: ['deploy'] },
  toRelativePath: (path) => `sub/${path}`,
};

const severityOrder = ['critical', 'high', 'medium', 'low', undefined, 'info'] as const;

export function anError(policy: string | Policy, message: string): PolicyResult {
  return { ...aFail(policy, message), result: 'error', errorCode: errorCodes.evaluationFailed };
}

export function fromFile(report: ResourceReport, origin: ResourceOrigin): ResourceReport {
  return { ...report, origin };
}

/** A complete run of 1.5 seconds with these reports. */
export function aDocument(
  reports: readonly ResourceReport[],
  overrides: Partial<AuditOutcome> = {},
): AuditDocument {
  const results = reports.flatMap((report) => report.results);
  const policies = [...new Set(results.map(({ policy }) => policy))];
  const open = results.filter(({ exception }) => exception === undefined);
  const violations = open.filter(({ result }) => result === 'fail');
  const count = (severity: Severity | undefined) =>
    violations.filter(({ policy }) => policy.severity === severity).length;
  const outcome: AuditOutcome = {
    run: { runUid: 'c1f3a0de-2f5e-4f8a-9a36-0b1f6c0d7e55', startedAt: new Date('2026-11-24T10:00:00Z') },
    finishedAt: new Date('2026-11-24T10:00:01.500Z'),
    policies: policies.map((policy) => ({ policy, state: 'audited', reason: undefined, notes: [] })),
    answered: policies,
    totals: {
      resources: reports.length,
      evaluations: results.length,
      results: summarize(open),
      accepted: results.length - open.length,
      failBySeverity: {
        critical: count('critical'),
        high: count('high'),
        medium: count('medium'),
        low: count('low'),
        info: count('info'),
        unset: count(undefined),
      },
      stored: { created: 0, updated: 0, unchanged: 0, deleted: 0, keptResults: 0 },
    },
    evaluationFailures: [],
    incidents: [],
    coverage: aCoverage(),
    interrupted: false,
    complete: true,
    ...overrides,
  };
  const passed = violations.length === 0;
  return {
    outcome,
    reports,
    gate: {
      result: passed ? (outcome.complete ? 'passed' : 'incomplete') : 'failed',
      passed: passed && outcome.complete,
      exitCode: passed ? (outcome.complete ? 0 : 3) : 1,
      failOn: 'any',
      retryable: false,
      violations: violations.length,
      rules: [
        { name: 'violations', threshold: 0, actual: violations.length, passed },
        { name: 'complete', threshold: true, actual: outcome.complete, passed: outcome.complete },
      ],
      verdict: passed ? 'PASSED: 0 violations.' : `FAILED: ${violations.length} violations.`,
    },
  };
}

/** What a scan could not look at: a type, and the answers of one policy. */
export const incomplete: Partial<AuditOutcome> = {
  complete: false,
  incidents: [
    {
      error: new AuditError(errorCodes.listForbidden, 'not allowed to list secrets'),
      scope: { resource: 'secrets', namespace: 'payments' },
      count: 1,
    },
  ],
  evaluationFailures: [
    {
      policy: aPolicy('signed'),
      code: errorCodes.evaluationFailed,
      message: 'policy server answered 500',
      count: 2,
    },
  ],
};

/** `count` violations of one severity, each on an object of its own. */
export function manyFails(count: number, severity: Severity | undefined): readonly ResourceReport[] {
  const policy = aPolicy(`policy-${severity ?? 'unset'}`, { severity });
  return Array.from({ length: count }, (_, index) =>
    aReport(aSubject(`shop/web-${String(index).padStart(6, '0')}`), [aFail(policy, `message ${index}`)]),
  );
}

/** A fail of each severity, an error and a pass. */
export function ofEverySeverity(): readonly ResourceReport[] {
  const fails = severityOrder.map((severity) =>
    aFail(aPolicy(`policy-${severity ?? 'unset'}`, { severity }), `breaks ${severity ?? 'unset'}`),
  );
  return [
    aReport('shop/web', [
      ...fails,
      anError(aPolicy('broken', { severity: 'low' }), 'no answer'),
      { ...aFail('good'), result: 'pass' },
    ]),
  ];
}

/** The Deployment `web` as an owner. */
export const web: TopOwner = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  groupResource: 'deployments.apps',
  name: 'web',
  isCertain: true,
};

/** The report of a Pod with an owner, by `namespace/name`. */
export function aPodOf(
  owner: TopOwner | undefined,
  path: string,
  results: readonly PolicyResult[],
): ResourceReport {
  const report = aReport(aSubject(path, { apiVersion: 'v1', kind: 'Pod' }), results);
  return { ...report, groupResource: 'pods', owner };
}
