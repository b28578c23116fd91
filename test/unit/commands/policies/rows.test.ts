import { describe, expect, it } from 'vitest';
import type { AuditRequest } from '../../../../src/audit/ports.ts';
import { prepareAudit } from '../../../../src/audit/preparation.ts';
import { renderPolicyDetail } from '../../../../src/commands/policies/detail.ts';
import { renderPolicyJson } from '../../../../src/commands/policies/json.ts';
import { type PolicyRow, toPolicyRows } from '../../../../src/commands/policies/rows.ts';
import { renderPolicyTable } from '../../../../src/commands/policies/table.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { aPolicy, aRule, deployments, namespaces, pods } from '../../../support/builders.ts';
import { aRequest, FakeCluster } from '../../../support/fakes.ts';

function aCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.resources = [pods, namespaces, deployments];
  cluster.namespaces = [
    { name: 'a', labels: {} },
    { name: 'b', labels: { env: 'prod' } },
  ];
  return cluster;
}

async function rowsOf(
  cluster: FakeCluster,
  request: Partial<AuditRequest> = {},
  narrowed = false,
): Promise<readonly PolicyRow[]> {
  const { signal } = new AbortController();
  const preparation = await prepareAudit(cluster.ports(), aRequest(request), signal);
  return toPolicyRows(preparation, { acceptsPolicy: () => true, narrowed });
}

describe('the rows of policies', () => {
  it('say what a scan does with each policy, and why', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('fine'),
      aPolicy('off', { backgroundAudit: false }),
      aPolicy('waiting', { status: 'pending' }),
      aPolicy('typo', { rules: [aRule('v1/podz')] }),
      aPolicy('partly', { rules: [aRule('v1/pods'), { ...aRule('v1/pods'), resources: ['pods/exec'] }] }),
      aPolicy('bad-selector', {
        objectSelector: { matchExpressions: [{ key: 'a', operator: 'Is', values: [] }] },
      }),
      aPolicy('lost', { policyServer: 'nowhere' }),
      aPolicy('cluster-types', { kind: 'AdmissionPolicy', namespace: 'a', rules: [aRule('v1/namespaces')] }),
    ];
    cluster.unprepared = new Map([
      ['clusterwide-lost', new AuditError(errorCodes.policyServerUnresolved, 'there is no such server')],
    ]);
    cluster.broken = [
      { name: 'AdmissionPolicy/b/odd', error: new AuditError(errorCodes.policyInvalid, 'it is odd') },
    ];
    const rows = await rowsOf(cluster);
    expect(
      rows.map(({ name, state, reason, notes, incomplete }) => [name, state, reason, notes, incomplete]),
    ).toEqual([
      ['fine', 'audited', undefined, [], false],
      ['off', 'skipped', 'backgroundAudit: false', [], false],
      ['waiting', 'skipped', 'status: pending', [], false],
      ['typo', 'skipped', 'unknown resource v1 podz', [], false],
      ['partly', 'audited', undefined, ['v1 pods/exec: subresources are not audited'], false],
      ['bad-selector', 'errored', expect.stringContaining('invalid objectSelector') as string, [], true],
      ['lost', 'errored', 'there is no such server', [], true],
      [
        'a/cluster-types',
        'skipped',
        'its rules name cluster-scoped types only, and it applies to its namespace',
        [],
        false,
      ],
      ['b/odd', 'errored', 'it is odd', [], true],
    ]);
  });

  it('count a policy as incomplete of which a part is unknown', async () => {
    const cluster = aCluster();
    cluster.discoveryFailures = [
      {
        groupVersion: 'metrics.k8s.io/v1beta1',
        error: new AuditError(errorCodes.discoveryFailed, 'it does not answer'),
      },
    ];
    cluster.policies = [
      aPolicy('both', { rules: [aRule('v1/pods'), aRule('metrics.k8s.io/v1beta1/nodes')] }),
    ];
    expect(await rowsOf(cluster)).toMatchObject([
      {
        state: 'audited',
        incomplete: true,
        notes: ['the API group metrics.k8s.io/v1beta1 does not answer'],
      },
    ]);
  });

  it('name the types with the namespaces in which they are asked about', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('all', { rules: [aRule('v1/pods'), aRule('v1/namespaces')] }),
      aPolicy('prod', { namespaceSelector: { matchLabels: { env: 'prod' } } }),
      aPolicy('own', { kind: 'AdmissionPolicy', namespace: 'a' }),
      aPolicy('nobody', { namespaceSelector: { matchLabels: { env: 'none' } } }),
    ];
    expect((await rowsOf(cluster)).map(({ targets }) => targets)).toEqual([
      [
        { type: 'pods', version: 'v1', namespaces: 'all' },
        { type: 'namespaces', version: 'v1', namespaces: undefined },
      ],
      [{ type: 'pods', version: 'v1', namespaces: ['b'] }],
      [{ type: 'pods', version: 'v1', namespaces: ['a'] }],
      [{ type: 'pods', version: 'v1', namespaces: [] }],
    ]);
  });

  it('keep policies that the scope leaves out, and say so', async () => {
    const cluster = aCluster();
    cluster.policies = [aPolicy('all'), aPolicy('elsewhere', { kind: 'AdmissionPolicy', namespace: 'b' })];
    const rows = await rowsOf(cluster, { scope: { cluster: false, namespaces: ['a'] } }, true);
    expect(rows).toMatchObject([
      { name: 'all', state: 'audited', targets: [{ namespaces: ['a'] }] },
      { name: 'b/elsewhere', state: 'skipped', reason: 'what it is about was not asked for' },
    ]);
  });
});

const row: PolicyRow = {
  name: 'team/limits',
  kind: 'AdmissionPolicyGroup',
  policy: aPolicy('limits', {
    kind: 'AdmissionPolicyGroup',
    namespace: 'team',
    objectSelector: {
      matchLabels: { app: 'api' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'legacy', operator: 'DoesNotExist' },
      ],
    },
    execution: {
      kind: 'group',
      expression: 'one()',
      message: 'no',
      members: {
        one: {
          module: 'registry://example.com/one:v1',
          settings: { token: 'secret-value', allowed: [] },
          contextAwareResources: [],
          hostCapabilities: [],
          timeoutEvalSeconds: undefined,
        },
      },
    },
  }),
  state: 'audited',
  reason: undefined,
  notes: ['v1 pods/exec: subresources are not audited'],
  incomplete: false,
  targets: [
    { type: 'pods', version: 'v1', namespaces: ['a', 'b', 'c'] },
    { type: 'nodes', version: 'v1', namespaces: undefined },
    { type: 'deployments.apps', version: 'v1', namespaces: 'all' },
  ],
};

describe('the table of policies', () => {
  it('has a line per policy, with what is left out in place of a reason', () => {
    const hostile: PolicyRow = {
      ...row,
      name: 'x',
      kind: '',
      policy: undefined,
      state: 'errored',
      reason: 'a\n\u001b[31mred',
      notes: [],
    };
    expect(renderPolicyTable([row, hostile], { headers: true, wide: false })).toBe(
      [
        'NAME          KIND                   MODE      SEVERITY   SERVER    AUDITED   REASON',
        'team/limits   AdmissionPolicyGroup   protect   -          default   yes       v1 pods/exec: subresources are not audited',
        'x             -                      -         -          -         broken    a red',
        '',
      ].join('\n'),
    );
  });

  it('has the types in wide, and is empty without policies', () => {
    expect(renderPolicyTable([row], { headers: false, wide: true })).toContain(
      '   yes   pods,nodes,deployments.apps   v1 pods/exec',
    );
    expect(renderPolicyTable([], { headers: true, wide: true })).toBe('');
  });
});

describe('one policy', () => {
  it('is shown with everything that decides what it is asked about', () => {
    expect(renderPolicyDetail(row, { ignoredNamespaces: ['kubewarden'], maxNamespaces: 2 })).toBe(
      [
        'AdmissionPolicyGroup/team/limits',
        '',
        '  audited          yes',
        '  mode             protect',
        '  severity         -',
        '  category         -',
        '  policy server    default',
        '  known there as   namespaced-group-team-limits',
        '  objects with     app=api,tier in (a,b),!legacy',
        '  member one       registry://example.com/one:v1',
        '    its settings   allowed, token',
        '',
        '  TYPE               VERSION   NAMESPACES',
        '  pods               v1        a, b and 1 more',
        '  nodes              v1        (cluster-scoped)',
        '  deployments.apps   v1        all but kubewarden',
        '',
        '  Left out:',
        '    v1 pods/exec: subresources are not audited',
        '',
      ].join('\n'),
    );
  });
});

describe('the JSON of policies', () => {
  it('has the same fields for every policy, and no value of a setting', () => {
    const text = renderPolicyJson([row, { ...row, policy: undefined, state: 'errored', reason: 'odd' }]);
    const { items } = JSON.parse(text) as { items: Record<string, unknown>[] };
    expect(Object.keys(items[0]!).sort()).toEqual(Object.keys(items[1]!).sort());
    expect(items[0]).toMatchObject({
      name: 'limits',
      namespace: 'team',
      severity: 'unset',
      state: 'audited',
      targets: [
        { resource: 'pods', version: 'v1', namespaced: true, namespaces: ['a', 'b', 'c'] },
        { resource: 'nodes', namespaced: false, namespaces: null },
        { resource: 'deployments.apps', namespaces: 'all' },
      ],
      modules: [{ member: 'one', module: 'registry://example.com/one:v1', settings: ['allowed', 'token'] }],
    });
    expect(text).not.toContain('secret-value');
  });
});
