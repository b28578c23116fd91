import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { jsonRenderer } from '../../../../src/reports/formats/json.ts';
import { aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aGate, anOutcome } from '../../cli/support.ts';
import { aFail, aReport, aUid } from '../../sinks/report-builders.ts';
import { aDocument, demo, hostile, plain } from '../documents.ts';

const limits = aPolicy('limits', {
  kind: 'AdmissionPolicy',
  namespace: 'shop',
  mode: 'monitor',
  severity: 'info',
  category: 'Resources',
});

type Results = { results: { fingerprint: string; policy: { name: string }; message: string }[] };

function render(document = aDocument(demo)): Results {
  return JSON.parse(renderText(jsonRenderer, document, plain)) as Results;
}

describe('the JSON document', () => {
  it('has the whole run', () => {
    const incident = {
      error: new AuditError(errorCodes.listForbidden, 'not allowed'),
      scope: { resource: 'secrets' },
      count: 2,
    };
    const failure = { policy: limits, code: errorCodes.evaluationTimeout, message: 'slow', count: 3 };
    const gate = aGate({
      result: 'failed',
      exitCode: 1,
      violations: 1,
      rules: [{ name: 'violations', threshold: 0, actual: 1, passed: false }],
      verdict: 'FAILED.',
    });
    const outcome = anOutcome(
      {
        complete: false,
        incidents: [incident],
        evaluationFailures: [failure],
        policies: [
          { policy: limits, state: 'audited', reason: undefined, notes: ['pods/exec: subresource'] },
          { policy: aPolicy('off'), state: 'skipped', reason: 'backgroundAudit: false', notes: [] },
        ],
      },
      {
        resources: 2,
        evaluations: 4,
        results: { pass: 0, fail: 1, warn: 0, error: 3, skip: 0 },
        failBySeverity: { info: 1 },
        stored: { created: 1, updated: 2, unchanged: 3, deleted: 4, keptResults: 0 },
      },
    );
    const policy = {
      name: 'limits',
      namespace: 'shop',
      kind: 'AdmissionPolicy',
      uniqueName: 'namespaced-shop-limits',
      uid: 'uid-limits',
      mode: 'monitor',
      category: 'Resources',
    };
    const spec = {
      policyServer: 'default',
      mutating: false,
      contextAware: false,
      resourceVersion: '1',
      generation: 1,
    };
    expect(render(aDocument([aReport('shop/web', [aFail(limits, 'no')])], { outcome, gate }))).toEqual({
      apiVersion: 'audit-scanner.kubewarden.io/v1',
      kind: 'AuditResult',
      metadata: {
        runUID: 'run-1',
        startedAt: '2026-11-24T02:00:00.000Z',
        finishedAt: '2026-11-24T02:00:01.400Z',
        toolVersion: '1.2.3',
        context: 'kind-demo',
        server: 'https://127.0.0.1:6443',
        mode: 'cluster',
        paths: null,
      },
      complete: false,
      interrupted: false,
      filters: { results: ['fail', 'error'] },
      coverage: {
        cells: { scanned: 12, partial: 0, failed: 0, empty: 0, skipped: 0 },
        types: 2,
        namespaces: 2,
        ignoredNamespaces: [],
        input: null,
        labelSelector: null,
        gaps: [],
        skipped: [],
        keptReports: [],
      },
      incomplete: [
        {
          code: 'AS-3101',
          message: 'not allowed',
          scope: { resource: 'secrets' },
          count: 2,
          retryable: false,
        },
        {
          code: 'AS-4103',
          message: 'slow',
          scope: { policy: 'namespaced-shop-limits' },
          count: 3,
          retryable: true,
        },
      ],
      summary: {
        resources: 2,
        evaluations: 4,
        policies: { audited: 1, skipped: 1, errored: 0 },
        pass: 0,
        fail: 1,
        warn: 0,
        error: 3,
        skip: 0,
        accepted: 0,
        failBySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 1, unset: 0 },
        stored: { created: 1, updated: 2, unchanged: 3, deleted: 4, keptResults: 0 },
      },
      load: null,
      gate: {
        result: 'failed',
        passed: false,
        exitCode: 1,
        failOn: 'any',
        retryable: false,
        violations: 1,
        rules: [{ name: 'violations', threshold: 0, actual: 1, passed: false }],
        verdict: 'FAILED.',
      },
      policies: [
        {
          ...policy,
          severity: 'info',
          ...spec,
          state: 'audited',
          reason: null,
          notes: ['pods/exec: subresource'],
        },
        {
          name: 'off',
          namespace: null,
          kind: 'ClusterAdmissionPolicy',
          uniqueName: 'clusterwide-off',
          uid: 'uid-off',
          mode: 'protect',
          category: null,
          severity: 'unset',
          ...spec,
          state: 'skipped',
          reason: 'backgroundAudit: false',
          notes: [],
        },
      ],
      exceptions: [],
      baseline: null,
      results: [
        {
          fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          result: 'fail',
          severity: 'info',
          policy,
          resource: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            resource: 'deployments.apps',
            namespace: 'shop',
            name: 'web',
            uid: aUid(1),
            resourceVersion: '10',
          },
          message: 'no',
          code: null,
          status: 'new',
          exception: null,
        },
      ],
    });
  });

  it('is sorted by severity, namespace, kind, name and policy', () => {
    expect(render().results.map(({ policy }) => policy.name)).toEqual([
      'trusted-repos',
      'no-privileged-pod',
      'verify-image-signatures',
      'user-group-psp',
      'safe-labels',
      'unrated',
      'watched',
    ]);
    expect(render(aDocument(demo.toReversed()))).toEqual(render());
  });

  it('has no results as an empty list', () => {
    expect(render(aDocument([])).results).toEqual([]);
  });

  it('keeps a hostile message as it is, but escaped', () => {
    const text = renderText(jsonRenderer, aDocument(hostile), plain);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    expect((JSON.parse(text) as Results).results[0]?.message).toBe(hostile[0]?.results[0]?.message);
  });
});

describe('the fingerprint', () => {
  const fingerprintOf = (report: (typeof demo)[number]): string | undefined =>
    render(aDocument([report])).results[0]?.fingerprint;
  const original = fingerprintOf(aReport('shop/web', [aFail('p', 'no')]));

  it('never changes for the same policy and object', () => {
    expect(original).toBe('2a7fbea551722765d390955e9426fb03');
  });

  it('survives another UID, version and message', () => {
    const { subject } = aReport('shop/web', []);
    const later = { ...subject, uid: aUid(9), resourceVersion: '99', apiVersion: 'apps/v2' };
    expect(fingerprintOf(aReport(later, [aFail('p', 'still no')]))).toBe(original);
  });

  it.each([
    [aReport('shop/api', [aFail('p')])],
    [aReport('web/shop', [aFail('p')])],
    [aReport('shop/web', [aFail('q')])],
    [aReport({ ...aReport('shop/web', []).subject, kind: 'StatefulSet' }, [aFail('p')])],
    [aReport({ ...aReport('shop/web', []).subject, apiVersion: 'v1' }, [aFail('p')])],
    [aReport('web', [aFail('p')])],
  ])('is another for another finding %#', (report) => {
    expect(fingerprintOf(report)).not.toBe(original);
  });
});
