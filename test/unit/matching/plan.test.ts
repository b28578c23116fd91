import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Labels } from '../../../src/domain/resource.ts';
import { planAudit } from '../../../src/matching/plan.ts';
import { aPolicy, aRule, deployments, hpaV1, hpaV2, namespaces, pods } from '../../support/builders.ts';

const facts = { resources: [pods, namespaces, deployments, hpaV2, hpaV1], unavailable: ['broken.io/v1'] };
const sixNamespaces: Record<string, Labels> = { a: { env: 'prod' }, b: {}, c: {}, d: {}, e: {}, f: {} };

function plan(
  policies: Policy[],
  scope: {
    cluster?: boolean;
    namespaces?: Record<string, Labels>;
    allNamespaces?: boolean;
    kubewardenNamespace?: string;
  } = {},
) {
  const {
    cluster = true,
    namespaces: names = sixNamespaces,
    allNamespaces = true,
    kubewardenNamespace,
  } = scope;
  const planned = planAudit(policies, facts, {
    scope: { cluster, namespaces: new Map(Object.entries(names)), allNamespaces, kubewardenNamespace },
    filter: { policy: () => true, type: () => true },
  });
  return {
    types: planned.types.map(({ resource, versions, namespaces: where }) => ({
      resource,
      where,
      policies: versions.map(({ resource: { version }, policies: asked }) => [
        version,
        ...asked.map(({ policy }) => policy.name),
      ]),
    })),
    statuses: planned.selected.map(({ status }) => [status.policy.name, status.state, status.reason]),
  };
}

describe('planAudit', () => {
  it('lists cluster-scoped types before namespaced ones, each type once', () => {
    const { types } = plan([
      aPolicy('pods', { rules: [aRule('v1/pods'), aRule('apps/v1/deployments')] }),
      aPolicy('both', { rules: [aRule('v1/namespaces'), aRule('v1/pods')] }),
    ]);
    expect(types).toEqual([
      { resource: 'namespaces', where: 'all', policies: [['v1', 'both']] },
      { resource: 'pods', where: 'all', policies: [['v1', 'pods', 'both']] },
      { resource: 'deployments', where: 'all', policies: [['v1', 'pods']] },
    ]);
  });

  it('keeps two versions of one type together, so that an object gets one report (W6)', () => {
    const { types } = plan([
      aPolicy('old', { rules: [aRule('autoscaling/v1/horizontalpodautoscalers')] }),
      aPolicy('new', { rules: [aRule('autoscaling/v2/horizontalpodautoscalers')] }),
    ]);
    expect(types).toEqual([
      {
        resource: 'horizontalpodautoscalers',
        where: 'all',
        policies: [
          ['v2', 'new'],
          ['v1', 'old'],
        ],
      },
    ]);
  });

  it.each([
    [{ backgroundAudit: false }, 'skipped', 'backgroundAudit: false'],
    [{ status: 'pending' }, 'skipped', 'status: pending'],
    [{ status: '' }, 'skipped', 'status: not set'],
    [
      { rules: [aRule('v1/pods', { operations: ['DELETE'] })] },
      'skipped',
      'no CREATE operation in its rules',
    ],
    [{ rules: [aRule('v1/nonsense')] }, 'skipped', 'unknown resource v1 nonsense'],
    [{ rules: [aRule('broken.io/v1/things')] }, 'errored', 'the API group broken.io/v1 does not answer'],
    [
      { namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'Like', values: ['x'] }] } },
      'errored',
      'invalid namespaceSelector: "Like" is not a valid label selector operator (key "env")',
    ],
    [
      { objectSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: [] }] } },
      'errored',
      'invalid objectSelector: operator "In" of key "env" needs values',
    ],
  ] as const)(
    'says of a policy with %j that it is %s, and goes on with the others (W12)',
    (overrides, state, reason) => {
      const { types, statuses } = plan([aPolicy('p', overrides), aPolicy('other')]);
      expect(statuses).toEqual([
        ['p', state, reason],
        ['other', 'audited', undefined],
      ]);
      expect(types).toEqual([{ resource: 'pods', where: 'all', policies: [['v1', 'other']] }]);
    },
  );

  it('lists few namespaces separately and many at once', () => {
    const production = aPolicy('prod', { namespaceSelector: { matchLabels: { env: 'prod' } } });
    expect(plan([production]).types[0]?.where).toEqual(['a']);
    expect(plan([production, aPolicy('every')]).types[0]?.where).toBe('all');
    expect(
      plan([aPolicy('every')], { namespaces: { a: {}, b: {} }, allNamespaces: false }).types[0]?.where,
    ).toEqual(['a', 'b']);
  });

  it('lists nothing for a selector that no namespace has, and still calls the policy audited', () => {
    const nowhere = aPolicy('nowhere', { namespaceSelector: { matchLabels: { env: 'none' } } });
    expect(plan([nowhere])).toEqual({
      types: [{ resource: 'pods', where: [], policies: [['v1', 'nowhere']] }],
      statuses: [['nowhere', 'audited', undefined]],
    });
  });

  it('audits namespaced policies in their own namespace only, and says so when it is ignored', () => {
    const own = aPolicy('own', { kind: 'AdmissionPolicy', namespace: 'b' });
    const ignored = aPolicy('ignored', { kind: 'AdmissionPolicyGroup', namespace: 'kube-system' });
    expect(plan([own, ignored])).toEqual({
      types: [{ resource: 'pods', where: ['b'], policies: [['v1', 'own']] }],
      statuses: [
        ['own', 'audited', undefined],
        ['ignored', 'skipped', 'namespace kube-system is not audited'],
      ],
    });
  });

  it('does not mention what lies outside the asked scope', () => {
    const policies = [
      aPolicy('pods'),
      aPolicy('namespaces', { rules: [aRule('v1/namespaces')] }),
      aPolicy('elsewhere', { kind: 'AdmissionPolicy', namespace: 'b' }),
    ];
    const oneNamespace = plan(policies, { cluster: false, namespaces: { a: {} }, allNamespaces: false });
    expect(oneNamespace.statuses).toEqual([['pods', 'audited', undefined]]);
    const clusterOnly = plan(policies, { namespaces: {}, allNamespaces: false });
    expect(clusterOnly.statuses).toEqual([['namespaces', 'audited', undefined]]);
  });
});
