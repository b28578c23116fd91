import type { Coverage } from '../../src/domain/coverage.ts';
import type { PolicyException } from '../../src/domain/exception.ts';
import {
  type Policy,
  type PolicyKind,
  type RuleWithOperations,
  uniqueNameOf,
} from '../../src/domain/policy.ts';
import {
  type ApiResource,
  type AuditedObject,
  formatApiVersion,
  type Labels,
} from '../../src/domain/resource.ts';
import { type AuditPlan, planAudit } from '../../src/matching/plan.ts';
import type { ApiFacts } from '../../src/matching/rules.ts';

type PolicyOverrides = Partial<Omit<Policy, 'uniqueName'>>;

/** A rule for `pods` or `deployments.apps/v1`-like text: `group/version/resource`, or `version/resource` for the core group. */
export function aRule(text: string, overrides: Partial<RuleWithOperations> = {}): RuleWithOperations {
  const [resource = '', version = '', group = ''] = text.split('/').reverse();
  return {
    apiGroups: [group],
    apiVersions: [version],
    resources: [resource],
    operations: ['CREATE'],
    scope: '*',
    ...overrides,
  };
}

/** An active cluster-wide policy on Pods; everything else as a test needs it. */
export function aPolicy(name: string, overrides: PolicyOverrides = {}): Policy {
  const kind: PolicyKind = overrides.kind ?? 'ClusterAdmissionPolicy';
  const namespace = overrides.namespace;
  return {
    kind,
    name,
    namespace,
    uid: `uid-${name}`,
    resourceVersion: '1',
    generation: 1,
    policyServer: 'default',
    mode: 'protect',
    mutating: false,
    contextAware: false,
    backgroundAudit: true,
    status: 'active',
    rules: [aRule('v1/pods')],
    objectSelector: undefined,
    namespaceSelector: undefined,
    allowInsideAdmissionControllerNamespace: namespace !== undefined,
    matchPolicy: 'Equivalent',
    matchConditions: [],
    failurePolicy: 'Fail',
    timeoutSeconds: 10,
    severity: undefined,
    category: undefined,
    ...overrides,
    uniqueName: uniqueNameOf({ kind, name, namespace }),
  };
}

/** A discovered type: `anApiResource('apps/v1/deployments', 'Deployment')`; namespaced, with all verbs. */
export function anApiResource(text: string, kind: string, overrides: Partial<ApiResource> = {}): ApiResource {
  const [resource = '', version = '', group = ''] = text.split('/').reverse();
  return { group, version, resource, kind, namespaced: true, verbs: ['create', 'get', 'list'], ...overrides };
}

export const pods = anApiResource('v1/pods', 'Pod');
export const services = anApiResource('v1/services', 'Service');
export const namespaces = anApiResource('v1/namespaces', 'Namespace', { namespaced: false });
export const deployments = anApiResource('apps/v1/deployments', 'Deployment');
export const replicaSets = anApiResource('apps/v1/replicasets', 'ReplicaSet');
export const hpaV2 = anApiResource('autoscaling/v2/horizontalpodautoscalers', 'HorizontalPodAutoscaler');
export const hpaV1 = anApiResource('autoscaling/v1/horizontalpodautoscalers', 'HorizontalPodAutoscaler');

/** What is audited of a cluster with these types and one namespace, `a`. */
export function aPlan(
  policies: readonly Policy[],
  { resources, unavailable = [] }: Pick<ApiFacts, 'resources'> & Partial<ApiFacts>,
): AuditPlan {
  const scope = {
    cluster: true,
    namespaces: new Map([['a', {}]]),
    allNamespaces: true,
    kubewardenNamespace: 'kubewarden',
  };
  const filter = { policy: () => true, type: () => true };
  return planAudit(policies, { resources, unavailable }, { scope, filter });
}

type ObjectOverrides = {
  readonly labels?: Labels;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Entries of `ownerReferences`. */
  readonly owners?: readonly object[];
};

/** An entry of `ownerReferences`: the controller, by `apps/v1/Deployment/name` or `v1/Node/name`. */
export function anOwner(text: string, overrides: { uid?: string; controller?: boolean } = {}) {
  const [name = '', kind = '', ...version] = text.split('/').reverse();
  return {
    apiVersion: version.reverse().join('/'),
    kind,
    name,
    uid: `uid-${name}`,
    controller: true,
    ...overrides,
  };
}

/** An object of a type, by `namespace/name` or `name`. */
export function anObject(
  resource: ApiResource,
  path: string,
  overrides: ObjectOverrides = {},
): AuditedObject {
  const [name = '', namespace] = path.split('/').reverse();
  const reference = {
    apiVersion: formatApiVersion(resource),
    kind: resource.kind,
    namespace,
    name,
    uid: overrides.uid ?? `uid-${path}`,
    resourceVersion: overrides.resourceVersion ?? '7',
  };
  const labels = overrides.labels ?? {};
  const { apiVersion, kind, ...metadata } = reference;
  const owned = overrides.owners && { ownerReferences: overrides.owners };
  return {
    resource,
    reference,
    labels,
    json: Buffer.from(JSON.stringify({ apiVersion, kind, metadata: { ...metadata, labels, ...owned } })),
  };
}

/** An exception for the policy `no-privileged`, without an end. */
export function anException(overrides: Partial<PolicyException> = {}): PolicyException {
  return {
    policy: 'no-privileged',
    kind: undefined,
    namespace: undefined,
    name: undefined,
    reason: 'the vendor is on it',
    owner: undefined,
    expiresAt: undefined,
    origin: { path: 'exceptions.yaml', line: 1, column: 3 },
    ...overrides,
  };
}

/** What a scan of three policies on two types in two namespaces saw, and all of it. */
export function aCoverage(overrides: Partial<Coverage> = {}): Coverage {
  return {
    cells: { scanned: 12, partial: 0, failed: 0, empty: 0, skipped: 0 },
    types: 2,
    namespaces: 2,
    ignoredNamespaces: [],
    labelSelector: undefined,
    gaps: [],
    skipped: [],
    kept: [],
    ...overrides,
  };
}
