import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../src/domain/errors.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { aPolicy } from '../../support/builders.ts';
import { aFail, aPass, aReport, aSubject, aUid } from '../sinks/report-builders.ts';

const policyReportMapper = reportMapperFor('policyreport');

const runUid = 'c1f3a0de-2f5e-4f8a-9a36-0b1f6c0d7e55';

const privileged: Policy = aPolicy('no-privileged', {
  uid: 'policy-uid-1',
  resourceVersion: '77',
  severity: 'high',
  category: 'Pod security',
});

describe('policyReportMapper', () => {
  it('writes a PolicyReport for a namespaced object, field by field (W19)', () => {
    const limits = aPolicy('limits', {
      kind: 'AdmissionPolicy',
      namespace: 'shop',
      mutating: true,
      contextAware: true,
      uid: 'policy-uid-2',
      resourceVersion: '78',
    });
    const report = aReport('shop/web', [
      aFail(privileged, 'privileged container'),
      aPass(limits),
      { policy: limits, result: 'error', message: 'no answer', errorCode: errorCodes.evaluationTimeout },
    ]);

    expect(policyReportMapper.toBody(report, { runUid, timestamps: [100, 200, 300] })).toStrictEqual({
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'PolicyReport',
      metadata: {
        name: aUid(1),
        namespace: 'shop',
        labels: {
          'app.kubernetes.io/managed-by': 'kubewarden',
          'kubewarden.io/policyreport-version': 'v2',
          'kubewarden.io/audit-scanner-run-uid': runUid,
        },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: aUid(1) }],
      },
      scope: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        uid: aUid(1),
        resourceVersion: '10',
      },
      summary: { pass: 1, fail: 1, warn: 0, error: 1, skip: 0 },
      results: [
        {
          source: 'kubewarden',
          policy: 'clusterwide-no-privileged',
          category: 'Pod security',
          severity: 'high',
          timestamp: { seconds: 100, nanos: 0 },
          result: 'fail',
          scored: true,
          resourceSelector: {},
          message: 'privileged container',
          properties: {
            validating: 'true',
            'policy-resource-version': '77',
            'policy-uid': 'policy-uid-1',
            'policy-name': 'no-privileged',
          },
        },
        {
          source: 'kubewarden',
          policy: 'namespaced-shop-limits',
          timestamp: { seconds: 200, nanos: 0 },
          result: 'pass',
          scored: true,
          resourceSelector: {},
          properties: {
            mutating: 'true',
            'context-aware': 'true',
            'policy-resource-version': '78',
            'policy-uid': 'policy-uid-2',
            'policy-name': 'limits',
            'policy-namespace': 'shop',
          },
        },
        {
          source: 'kubewarden',
          policy: 'namespaced-shop-limits',
          timestamp: { seconds: 300, nanos: 0 },
          result: 'error',
          scored: true,
          resourceSelector: {},
          message: 'no answer',
          properties: {
            mutating: 'true',
            'context-aware': 'true',
            'policy-resource-version': '78',
            'policy-uid': 'policy-uid-2',
            'policy-name': 'limits',
            'policy-namespace': 'shop',
          },
        },
      ],
    });
  });

  it('writes a ClusterPolicyReport for a cluster-scoped object', () => {
    const body = policyReportMapper.toBody(aReport('shop', [aPass(privileged)]), { runUid, timestamps: [1] });

    expect(body).toMatchObject({ apiVersion: 'wgpolicyk8s.io/v1alpha2', kind: 'ClusterPolicyReport' });
    expect(Object.keys(body.metadata)).toStrictEqual(['name', 'labels', 'ownerReferences']);
    expect(body['scope']).toStrictEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'shop',
      uid: aUid(1),
      resourceVersion: '10',
    });
  });

  it('gives an object without a UID a report that nothing collects', () => {
    const subject = aSubject('shop/web', { uid: '', resourceVersion: '' });
    const body = policyReportMapper.toBody(aReport(subject, [aPass(privileged)]), {
      runUid,
      timestamps: [1],
    });

    expect(body.metadata.name).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(body.metadata.ownerReferences).toStrictEqual([]);
    expect(body['scope']).toStrictEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    });
  });

  it('tells the generation of a policy whose spec was changed', () => {
    const properties = (generation: number): unknown => {
      const report = aReport('shop', [aPass(aPolicy('a', { generation }))]);
      return firstResult(policyReportMapper.toBody(report, { runUid, timestamps: [1] }))['properties'];
    };
    expect(properties(1)).not.toHaveProperty('policy-generation');
    expect(properties(4)).toHaveProperty('policy-generation', '4');
  });

  it.each(['', undefined])('leaves out a message and a category of %j', (text) => {
    const policy = aPolicy('a', { category: text });
    const report = aReport('shop/web', [{ policy, result: 'fail', message: text, errorCode: undefined }]);
    const body = policyReportMapper.toBody(report, { runUid, timestamps: [1] });

    expect(firstResult(body)).not.toHaveProperty('message');
    expect(firstResult(body)).not.toHaveProperty('category');
  });
});

describe('a message in a report', () => {
  const marker = '… (cut by audit-scanner: the message is too long)';
  const messageOf = (message: string, copies = 1): unknown => {
    const results = Array.from({ length: copies }, () => aFail(privileged, message));
    const timestamps = results.map(() => 1);
    return firstResult(policyReportMapper.toBody(aReport('shop/web', results), { runUid, timestamps }))[
      'message'
    ];
  };

  it('is kept as it is up to 16 KiB', () => {
    const message = 'x'.repeat(16 * 1024);
    expect(messageOf(message)).toBe(message);
  });

  it('is kept as it is with everything that JSON can say', () => {
    const message = '\u0000\u001b[31m\n"\\<é😀>';
    expect(messageOf(message)).toBe(message);
  });

  it('is cut behind 16 KiB, with a marker', () => {
    expect(messageOf('x'.repeat(16 * 1024 + 1))).toBe('x'.repeat(16 * 1024) + marker);
  });

  it.each([
    ['x', 1],
    ['"', 2],
    ['\\', 2],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\u0000', 6],
    ['\n', 6],
    ['<', 6],
    ['>', 6],
    ['&', 6],
    ['\u2028', 6],
    ['\u2029', 6],
  ])(
    'counts %j as the %i bytes that it may take in storage, and is not cut inside of it',
    (character, bytes) => {
      const kept = Math.floor((16 * 1024) / bytes);
      expect(messageOf(character.repeat(kept + 1))).toBe(character.repeat(kept) + marker);
    },
  );

  it('is cut earlier in a report with so many results that it could not be stored', () => {
    expect(messageOf('x'.repeat(10_000), 100)).toBe('x'.repeat(7864) + marker);
  });

  it('holds no half of a surrogate pair, which would come back as another character', () => {
    expect(messageOf('a\ud800b')).toBe('a\ufffdb');
  });
});

function firstResult(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return (body['results'] as Record<string, unknown>[])[0]!;
}
