import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/domain/policy.ts';
import { type ApiResource, formatApiVersion } from '../../../src/domain/resource.ts';
import { type ApiFacts, resolveRules } from '../../../src/matching/rules.ts';
import {
  anApiResource,
  aPolicy,
  aRule,
  deployments,
  hpaV1,
  hpaV2,
  namespaces,
  pods,
  services,
} from '../../support/builders.ts';

const events = anApiResource('v1/events', 'Event');
const leases = anApiResource('coordination.k8s.io/v1/leases', 'Lease');
const reports = anApiResource('openreports.io/v1alpha1/reports', 'Report');
const bindings = anApiResource('v1/bindings', 'Binding', { verbs: ['create'] });
const componentStatuses = anApiResource('v1/componentstatuses', 'ComponentStatus', {
  verbs: ['get', 'list'],
});
const api: ApiFacts = {
  resources: [
    pods,
    services,
    namespaces,
    events,
    bindings,
    componentStatuses,
    deployments,
    hpaV2,
    hpaV1,
    leases,
    reports,
  ],
  unavailable: ['metrics.k8s.io/v1beta1'],
};

function resolve(...rules: ReturnType<typeof aRule>[]) {
  const { inDoubt, ...resolved } = resolveRules(aPolicy('p', { rules }), api);
  expect([...inDoubt]).toEqual([]);
  return resolved;
}

describe('resolveRules', () => {
  it('finds the exact type', () => {
    expect(resolve(aRule('apps/v1/deployments'))).toEqual({ targets: [deployments], notes: [], unknown: [] });
  });

  it('resolves each combination of a cross product on its own (W8)', () => {
    const rule = aRule('v1/pods', { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'] });
    expect(resolve(rule)).toEqual({
      targets: [pods, deployments],
      notes: ['unknown resource v1 deployments', 'unknown resource apps/v1 pods'],
      unknown: [],
    });
  });

  it('takes the empty group as the core group only (W9)', () => {
    expect(resolve(aRule('v1/deployments')).targets).toEqual([]);
  });

  it('does not take a singular name for a resource', () => {
    expect(resolve(aRule('v1/pod'))).toMatchObject({ targets: [], notes: ['unknown resource v1 pod'] });
  });

  it('expands wildcards to what can be listed and created, minus reports, events and leases (W10, W43)', () => {
    const everything = aRule('v1/pods', { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] });
    expect(resolve(everything).targets).toEqual([pods, services, namespaces, deployments, hpaV2]);
    expect(resolve({ ...everything, resources: ['*/*'] }).targets).toEqual([
      pods,
      services,
      namespaces,
      deployments,
      hpaV2,
    ]);
  });

  it('counts operation * as CREATE (W10), and says when there is no CREATE', () => {
    expect(resolve(aRule('v1/pods', { operations: ['*'] })).targets).toEqual([pods]);
    expect(resolve(aRule('v1/pods', { operations: ['UPDATE', 'DELETE'] }))).toEqual({
      targets: [],
      notes: ['no CREATE operation in its rules'],
      unknown: [],
    });
  });

  it('takes pods/* for the pods, too, as the API server does', () => {
    expect(resolve(aRule('v1/x', { resources: ['pods/*'] }))).toEqual({
      targets: [pods],
      notes: [],
      unknown: [],
    });
  });

  it.each(['pods/exec', '*/scale'])('leaves the subresource rule %s out with a reason (W11)', (resource) => {
    const found = resolve(aRule('v1/services'), aRule('v1/x', { resources: [resource] }));
    expect(found.targets).toEqual([services]);
    expect(found.notes).toEqual([`v1 ${resource}: subresources are not audited`]);
  });

  it.each([
    ['v1/events', 'v1 events: reports, events and leases are never audited'],
    [
      'openreports.io/v1alpha1/reports',
      'openreports.io/v1alpha1 reports: reports, events and leases are never audited',
    ],
    ['v1/bindings', 'v1 bindings: objects of this type cannot be listed'],
  ])('says why %s is not audited even when it is named', (text, note) => {
    expect(resolve(aRule(text))).toEqual({ targets: [], notes: [note], unknown: [] });
  });

  it.each([
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
  ])('leaves %s to the API server, which asks no webhook about them', (plural) => {
    const type = anApiResource(`admissionregistration.k8s.io/v1/${plural}`, 'Some', { namespaced: false });
    const withType = { ...api, resources: [...api.resources, type] };
    const named = aPolicy('p', { rules: [aRule(`admissionregistration.k8s.io/v1/${plural}`)] });
    expect(resolveRules(named, withType)).toMatchObject({
      targets: [],
      notes: [`admissionregistration.k8s.io/v1 ${plural}: the API server never asks a webhook about these`],
    });
    const anything = aPolicy('p', { rules: [aRule('*/*/*')] });
    expect(resolveRules(anything, withType).targets).not.toContain(type);
  });

  it('audits a named type that can be listed but not created', () => {
    expect(resolve(aRule('v1/componentstatuses')).targets).toEqual([componentStatuses]);
  });

  it('counts duplicate rules once (W7) and takes the preferred of several versions', () => {
    expect(resolve(aRule('v1/pods'), aRule('v1/pods')).targets).toEqual([pods]);
    const bothVersions = aRule('autoscaling/v1/horizontalpodautoscalers', { apiVersions: ['v1', 'v2'] });
    expect(resolve(bothVersions).targets).toEqual([hpaV2]);
  });

  it('honours rule.scope', () => {
    const rule = aRule('v1/pods', { resources: ['*'] });
    expect(resolve({ ...rule, scope: 'Cluster' }).targets).toEqual([namespaces]);
    expect(resolve({ ...rule, scope: 'Namespaced' }).targets).toEqual([pods, services]);
    expect(resolve({ ...rule, resources: ['pods'], scope: 'Cluster' })).toMatchObject({
      targets: [],
      notes: ['v1 pods: not in the scope of the rule, Cluster'],
    });
    expect(resolve({ ...rule, scope: 'cluster' }).targets).toEqual([]);
  });

  it('asks in the version that the API server would convert a request to', () => {
    const [v1, v1beta2, v1beta1] = ['v1', 'v1beta2', 'v1beta1'].map((version) =>
      anApiResource(`x.io/${version}/things`, 'Thing'),
    ) as [ApiResource, ApiResource, ApiResource];
    const versions = (matchPolicy: Policy['matchPolicy'], ...rules: string[][]) =>
      resolveRules(
        aPolicy('p', {
          matchPolicy,
          rules: rules.map((apiVersions) => aRule('x.io/v/things', { apiVersions })),
        }),
        { resources: [v1, v1beta2, v1beta1], unavailable: [] },
      ).targets;
    expect(versions('Equivalent', ['v1beta1'], ['v1beta2'])).toEqual([v1beta1]);
    expect(versions('Equivalent', ['v1beta1'], ['*'])).toEqual([v1]);
    expect(versions('Equivalent', ['v1beta1', 'v1beta2'])).toEqual([v1beta2]);
    expect(versions('Exact', ['v1beta1'], ['v1beta2'])).toEqual([v1beta2]);
    expect(versions('Exact', ['v2'])).toEqual([]);
  });

  it('names the group versions that did not answer discovery', () => {
    expect(resolve(aRule('metrics.k8s.io/v1beta1/nodes'))).toEqual({
      targets: [],
      notes: [],
      unknown: ['metrics.k8s.io/v1beta1'],
    });
    expect(resolve(aRule('apps/v1/deployments')).unknown).toEqual([]);
  });

  it('never yields a type that the rules do not name, nor two versions of one', () => {
    const part = (values: string[]) => fc.subarray([...values, '*', 'nonsense'], { minLength: 1 });
    const anyRule = fc.record({
      apiGroups: part(['', 'apps', 'autoscaling']),
      apiVersions: part(['v1', 'v2']),
      resources: part(['pods', 'deployments', 'horizontalpodautoscalers', 'pods/exec']),
      operations: part(['CREATE', 'UPDATE']),
      scope: fc.constantFrom('*', 'Cluster', 'Namespaced'),
    });
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 3 }), (rules) => {
        const { targets } = resolve(...rules);
        const names = (patterns: readonly string[], value: string) =>
          patterns.includes('*') || patterns.includes(value);
        for (const target of targets) {
          expect(
            rules.some(
              (rule) =>
                names(rule.operations, 'CREATE') &&
                names(rule.apiGroups, target.group) &&
                names(rule.apiVersions, target.version) &&
                names(rule.resources, target.resource),
            ),
            `${formatApiVersion(target)} ${target.resource}`,
          ).toBe(true);
        }
        expect(new Set(targets.map(({ group, resource }) => `${group}/${resource}`)).size).toBe(
          targets.length,
        );
      }),
    );
  });
});
