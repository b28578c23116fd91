import { expect, it } from 'vitest';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { aPolicy } from '../../support/builders.ts';
import { aFail, aPass, aReport, aUid } from '../sinks/report-builders.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const stamp = { runUid: 'c1f3a0de-2f5e-4f8a-9a36-0b1f6c0d7e55', timestamps: [100] };

it('writes a Report for a namespaced object, field by field', () => {
  const policy = aPolicy('a', { severity: 'info', uid: 'policy-uid', resourceVersion: '5' });

  expect(openReportsMapper.toBody(aReport('shop/web', [aPass(policy, 'fine')]), stamp)).toStrictEqual({
    apiVersion: 'openreports.io/v1alpha1',
    kind: 'Report',
    metadata: {
      name: aUid(1),
      namespace: 'shop',
      labels: {
        'app.kubernetes.io/managed-by': 'kubewarden',
        'kubewarden.io/policyreport-version': 'v2',
        'kubewarden.io/audit-scanner-run-uid': stamp.runUid,
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: aUid(1) }],
    },
    source: '',
    scope: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
      uid: aUid(1),
      resourceVersion: '10',
    },
    summary: { pass: 1, fail: 0, warn: 0, error: 0, skip: 0 },
    results: [
      {
        source: 'kubewarden',
        policy: 'clusterwide-a',
        severity: 'info',
        timestamp: { seconds: 100, nanos: 0 },
        result: 'pass',
        scored: true,
        resourceSelector: {},
        message: 'fine',
        properties: {
          validating: 'true',
          'policy-resource-version': '5',
          'policy-uid': 'policy-uid',
          'policy-name': 'a',
        },
      },
    ],
  });
});

it('writes a ClusterReport for a cluster-scoped object', () => {
  const body = openReportsMapper.toBody(aReport('shop', [aFail('a')]), stamp);

  expect(body).toMatchObject({ apiVersion: 'openreports.io/v1alpha1', kind: 'ClusterReport', source: '' });
  expect(body.metadata).not.toHaveProperty('namespace');
});

it('differs from a PolicyReport in its type and its source only', () => {
  const report = aReport('shop/web', [aFail('a')]);

  expect(openReportsMapper.toBody(report, stamp)).toStrictEqual({
    ...policyReportMapper.toBody(report, stamp),
    apiVersion: 'openreports.io/v1alpha1',
    kind: 'Report',
    source: '',
  });
});
