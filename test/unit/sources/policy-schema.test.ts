import { describe, expect, it } from 'vitest';
import type { Policy, PolicyKind } from '../../../src/domain/policy.ts';
import { parsePolicy } from '../../../src/sources/policy-schema.ts';
import type { BrokenPolicy } from '../../../src/sources/source.ts';

type Fields = { readonly metadata?: object; readonly spec?: object; readonly status?: unknown };

function document({ metadata, spec, ...rest }: Fields = {}): object {
  return {
    metadata: { name: 'limits', namespace: 'shop', uid: 'u1', resourceVersion: '7', ...metadata },
    spec: { ...spec },
    ...rest,
  };
}

function parse(kind: PolicyKind, fields?: Fields): Policy {
  const parsed = parsePolicy(kind, document(fields));
  if ('error' in parsed) throw parsed.error;
  return parsed;
}

function broken(value: unknown): BrokenPolicy {
  const parsed = parsePolicy('AdmissionPolicy', value);
  if ('error' in parsed) return parsed;
  throw new Error('it parsed');
}

describe('parsePolicy', () => {
  it('fills in what the CRDs would', () => {
    expect(parse('AdmissionPolicy')).toEqual({
      kind: 'AdmissionPolicy',
      name: 'limits',
      namespace: 'shop',
      uid: 'u1',
      resourceVersion: '7',
      generation: 1,
      uniqueName: 'namespaced-shop-limits',
      policyServer: 'default',
      mode: 'protect',
      mutating: false,
      contextAware: false,
      backgroundAudit: true,
      status: '',
      rules: [],
      objectSelector: undefined,
      namespaceSelector: undefined,
      allowInsideAdmissionControllerNamespace: true,
      matchPolicy: 'Equivalent',
      matchConditions: [],
      failurePolicy: 'Fail',
      timeoutSeconds: 10,
      severity: undefined,
      category: undefined,
    });
  });

  it('treats null like a missing field', () => {
    const spec = {
      policyServer: null,
      mode: null,
      backgroundAudit: null,
      rules: null,
      objectSelector: null,
      timeoutSeconds: null,
    };

    expect(parse('AdmissionPolicy', { spec, status: null, metadata: { annotations: null } })).toEqual(
      parse('AdmissionPolicy'),
    );
  });

  it('takes everything that a policy says', () => {
    const rule = {
      apiGroups: ['', 'apps'],
      apiVersions: ['v1'],
      resources: ['pods'],
      operations: ['CREATE'],
      scope: 'Namespaced',
    };
    const objectSelector = {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }],
    };
    const namespaceSelector = { matchExpressions: [{ key: 'a', operator: 'Whatever' }] };
    const spec = {
      policyServer: 'tenants',
      mode: 'monitor',
      backgroundAudit: false,
      mutating: true,
      timeoutSeconds: 30,
      rules: [rule, { resources: ['nodes'], operations: null }],
      objectSelector,
      namespaceSelector,
    };

    expect(parse('ClusterAdmissionPolicy', { spec, status: { policyStatus: 'active' } })).toMatchObject({
      uniqueName: 'clusterwide-limits',
      namespace: undefined,
      policyServer: 'tenants',
      mode: 'monitor',
      backgroundAudit: false,
      mutating: true,
      timeoutSeconds: 30,
      status: 'active',
      rules: [rule, { apiGroups: [], apiVersions: [], resources: ['nodes'], operations: [], scope: '*' }],
      objectSelector,
      namespaceSelector,
    });
  });

  it('knows which kinds may mutate', () => {
    const mutatingOf = (kind: PolicyKind) => parse(kind, { spec: { mutating: true } }).mutating;

    expect(mutatingOf('ClusterAdmissionPolicy')).toBe(true);
    expect(mutatingOf('AdmissionPolicy')).toBe(true);
    expect(mutatingOf('ClusterAdmissionPolicyGroup')).toBe(false);
    expect(mutatingOf('AdmissionPolicyGroup')).toBe(false);
  });

  it('knows which kinds may be context-aware, and a group by its members', () => {
    const contextAwareResources = [{ apiVersion: 'v1', kind: 'Pod' }];
    const members = { policies: { a: { module: 'x' }, b: { contextAwareResources } } };
    const contextAwareOf = (kind: PolicyKind, spec: object) => parse(kind, { spec }).contextAware;

    expect(contextAwareOf('ClusterAdmissionPolicy', { contextAwareResources })).toBe(true);
    expect(contextAwareOf('ClusterAdmissionPolicy', { contextAwareResources: [] })).toBe(false);
    expect(contextAwareOf('ClusterAdmissionPolicyGroup', members)).toBe(true);
    expect(
      contextAwareOf('ClusterAdmissionPolicyGroup', { policies: { a: { contextAwareResources: [] } } }),
    ).toBe(false);
    expect(contextAwareOf('ClusterAdmissionPolicyGroup', { contextAwareResources })).toBe(false);
    expect(contextAwareOf('AdmissionPolicy', { contextAwareResources })).toBe(false);
    expect(contextAwareOf('AdmissionPolicyGroup', members)).toBe(false);
  });

  it('leaves namespace selectors to the cluster-wide kinds', () => {
    const namespaceSelector = { matchLabels: { a: 'b' } };

    expect(parse('AdmissionPolicyGroup', { spec: { namespaceSelector } }).namespaceSelector).toBeUndefined();
    expect(parse('ClusterAdmissionPolicyGroup', { spec: { namespaceSelector } }).namespaceSelector).toEqual(
      namespaceSelector,
    );
  });

  it.each([
    ['critical', 'protect', 'critical'],
    [' High ', 'protect', 'high'],
    ['info', 'protect', 'info'],
    ['important', 'protect', undefined],
    ['', 'protect', undefined],
    ['critical', 'monitor', 'info'],
    ['important', 'monitor', 'info'],
  ])('turns the severity %j in %s mode into %s', (annotation, mode, severity) => {
    const annotations = {
      'io.kubewarden.policy.severity': annotation,
      'io.kubewarden.policy.category': 'PSP',
    };

    expect(parse('AdmissionPolicy', { spec: { mode }, metadata: { annotations } })).toMatchObject({
      severity,
      category: 'PSP',
    });
  });

  it.each([
    [document({ spec: { mode: 'observe' } }), 'AdmissionPolicy/shop/limits', 'spec.mode: '],
    [document({ spec: { rules: {} } }), 'AdmissionPolicy/shop/limits', 'spec.rules: '],
    [
      document({ spec: { rules: [{ resources: [1] }] } }),
      'AdmissionPolicy/shop/limits',
      'spec.rules.0.resources.0: ',
    ],
    [
      document({ spec: { objectSelector: { matchLabels: { a: 1 } } } }),
      'AdmissionPolicy/shop/limits',
      'spec.objectSelector.matchLabels.a: ',
    ],
    [{ metadata: { name: 'x' } }, 'AdmissionPolicy/x', 'spec: '],
    [{ spec: {} }, 'AdmissionPolicy/(without a name)', 'metadata: '],
    ['text', 'AdmissionPolicy/(without a name)', ''],
  ])('says what is wrong with %j', (value, name, path) => {
    const { error, ...rest } = broken(value);

    expect(rest).toEqual({ name });
    expect(error.code).toBe('AS-4301');
    expect(error.message.startsWith(`${name} is malformed: ${path}`)).toBe(true);
  });
});
