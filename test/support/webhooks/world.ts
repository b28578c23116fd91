import fc from 'fast-check';
import type { ApiObject } from '../cluster/api-client.ts';

/*
 * Random policies and objects for the comparison of our matching with that of a real API server. In every choice comes first what is
 * simple to read, as values shrink to it.
 */

export const group = 'matching.example.com';
export const kubewardenNamespace = 'matching-kubewarden';
export const namespaces: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'matching-a': { env: 'prod' },
  'matching-b': { env: 'dev', team: 'web' },
  'matching-c': {},
  [kubewardenNamespace]: { env: 'prod' },
};

type TestType = {
  readonly plural: string;
  readonly kind: string;
  readonly group: string;
  /** As the server prefers them. */
  readonly versions: readonly string[];
  readonly namespaced: boolean;
  readonly body: object;
};

const role = { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
const pod = { containers: [{ name: 'c', image: 'registry.example.com/c:1' }] };
const labelled = {
  selector: { matchLabels: { x: 'y' } },
  template: { metadata: { labels: { x: 'y' } }, spec: pod },
};
const scaled = { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
const crdVersions = ['v1', 'v1beta1', 'v1alpha1'];

function custom(plural: string, kind: string, namespaced: boolean): TestType {
  return {
    plural,
    kind,
    group,
    versions: crdVersions,
    namespaced,
    body: { spec: { size: 7, big: 4503599627370497 } },
  };
}

const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

export const customTypes = [custom('widgets', 'Widget', true), custom('gadgets', 'Gadget', false)];

const types: readonly TestType[] = [
  ...customTypes,
  {
    plural: 'configmaps',
    kind: 'ConfigMap',
    group: '',
    versions: ['v1'],
    namespaced: true,
    body: { data: { a: 'b' } },
  },
  { plural: 'pods', kind: 'Pod', group: '', versions: ['v1'], namespaced: true, body: { spec: pod } },
  { plural: 'namespaces', kind: 'Namespace', group: '', versions: ['v1'], namespaced: false, body: {} },
  {
    plural: 'deployments',
    kind: 'Deployment',
    group: 'apps',
    versions: ['v1'],
    namespaced: true,
    body: { spec: labelled },
  },
  {
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    group: 'autoscaling',
    versions: ['v2', 'v1'],
    namespaced: true,
    body: { spec: scaled },
  },
  { plural: 'roles', kind: 'Role', group: rbac, versions: ['v1'], namespaced: true, body: role },
  {
    plural: 'clusterroles',
    kind: 'ClusterRole',
    group: rbac,
    versions: ['v1'],
    namespaced: false,
    body: role,
  },
  {
    plural: 'validatingwebhookconfigurations',
    kind: 'ValidatingWebhookConfiguration',
    group: admission,
    versions: ['v1'],
    namespaced: false,
    body: { webhooks: [] },
  },
];

export function definitions(): ApiObject[] {
  return customTypes.map(({ plural, kind, versions, namespaced }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, plural },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  }));
}

/** An object that is to be created, and where. */
export type TestObject = { readonly type: TestType; readonly version: string; readonly object: ApiObject };

const labels = fc.dictionary(fc.constantFrom('app', 'env', 'team'), fc.constantFrom('web', 'prod', 'dev'), {
  maxKeys: 3,
});

/** Named and numbered `id`, so that it is found again wherever it turns up. */
export function objectArbitrary(id: string): fc.Arbitrary<TestObject> {
  return fc
    .record({
      type: fc.constantFrom(...types),
      at: fc.nat(),
      namespace: fc.constantFrom(...Object.keys(namespaces)),
      labels,
      ownNamespace: fc.boolean(),
    })
    .map(({ type, at, namespace, ownNamespace, ...random }) => {
      const version = type.versions[at % type.versions.length] ?? '';
      // Among the Namespaces is Kubewarden's own, which is there already: it is asked about before that is noticed.
      const isReal = type.plural === 'namespaces' && ownNamespace;
      const metadata = {
        name: isReal ? namespace : id,
        ...(type.namespaced && { namespace }),
        labels: random.labels,
        annotations: { id },
      };
      const apiVersion = type.group === '' ? version : `${type.group}/${version}`;
      return { type, version, object: { apiVersion, kind: type.kind, metadata, ...type.body } };
    });
}

/** Shrinks to each of its elements alone; with a `minLength` it would to the last one only. */
function someOf<T>(elements: readonly T[], { maxLength = elements.length } = {}): fc.Arbitrary<T[]> {
  return fc.subarray([...elements], { maxLength }).filter(({ length }) => length > 0);
}

function oneOrAll<T>(all: T, some: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant([all]), weight: 1 },
    { arbitrary: someOf(some), weight: 3 },
  );
}

const exactResources = [
  ...new Set(types.map(({ plural }) => plural)),
  'pods/exec',
  'deployments/scale',
  'widgets/status',
  'nonsense',
];

const anyRule = fc.record({
  apiGroups: oneOrAll('*', ['', 'apps', 'autoscaling', group, rbac, admission, 'nonsense.example.com']),
  apiVersions: oneOrAll('*', ['v1', 'v2', 'v1beta1', 'v1alpha1']),
  resources: fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(['*']), weight: 1 },
    {
      arbitrary: fc.constantFrom(['*/*'], ['*', '*/scale'], ['*/scale'], ['pods/*'], ['widgets/*']),
      weight: 5,
    },
    { arbitrary: someOf(exactResources, { maxLength: 6 }), weight: 9 },
  ),
  operations: fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constantFrom(['*'], ['CREATE']), weight: 4 },
    { arbitrary: someOf(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']), weight: 1 },
  ),
  scope: fc.constantFrom('*', '*', '*', 'Namespaced', 'Cluster', undefined),
});

/** Several versions of one type in several rules are rare unless there is something for it. */
const ruleAboutVersions = fc.record({
  apiGroups: fc.constantFrom(['*'], [group]),
  apiVersions: oneOrAll('*', crdVersions),
  resources: fc.constantFrom(
    ['*'],
    customTypes.map(({ plural }) => plural),
  ),
  operations: fc.constantFrom(['*'], ['CREATE']),
  scope: fc.constant('*'),
});

const rules = fc
  .oneof(
    { arbitrary: fc.array(anyRule, { maxLength: 3 }), weight: 4 },
    { arbitrary: fc.array(ruleAboutVersions, { maxLength: 3 }), weight: 1 },
  )
  .filter(({ length }) => length > 0);

const selector = fc.record(
  {
    matchLabels: fc.dictionary(fc.constantFrom('env', 'team'), fc.constantFrom('prod', 'dev', 'web'), {
      maxKeys: 1,
    }),
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key: fc.constantFrom('app', 'env', 'kubernetes.io/metadata.name'),
          operator: fc.constantFrom('In', 'NotIn'),
          values: someOf(['prod', 'dev', 'web', 'matching-a', kubewardenNamespace]),
        }),
        fc.record({
          key: fc.constantFrom('app', 'env', 'team', 'kubernetes.io/metadata.name'),
          operator: fc.constantFrom('Exists', 'DoesNotExist'),
        }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

/** Those that fail are under the failure policy Ignore: with Fail, the API server would refuse the object for all policies. */
const conditionExpressions = [
  `object.metadata.name.endsWith('1') || object.metadata.name.endsWith('2')`,
  `has(object.metadata.labels) && 'app' in object.metadata.labels`,
  `object.metadata.labels.env == 'prod'`,
  `object.metadata.?labels.?team.orValue('none') in ['none', 'web']`,
  `request.kind.kind in ['Pod', 'Widget', 'Namespace', 'ConfigMap', 'Gadget']`,
  `request.resource.group == '' || request.resource.resource == 'widgets'`,
  `!has(request.namespace) || request.namespace.startsWith('matching-a')`,
  `has(object.spec) && has(object.spec.size) && object.spec.size > 6.5 && object.spec.big == 4503599627370497`,
  `object.spec.containers.exists(c, c.image.startsWith('registry'))`,
  `oldObject == null && request.operation == 'CREATE' && has(request.dryRun)`,
  `object.metadata.annotations.all(key, object.metadata.annotations[key].matches('^[a-z0-9-]+$'))`,
  `object.metadata.annotations.id.split('-').size() > 1`,
  `has(object.rules) ? object.rules.map(r, r.verbs).size() == 1 : true`,
  `request.userInfo.username != 'nobody'`,
  `request.userInfo.username == 'nobody' && object.metadata.name.endsWith('1')`,
];

/** A policy as it is written to the cluster. */
export type TestPolicy = {
  readonly kind: 'ClusterAdmissionPolicy' | 'AdmissionPolicy';
  readonly document: ApiObject;
};

export function policyArbitrary(name: string): fc.Arbitrary<TestPolicy> {
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
  return fc
    .record({
      namespace: fc.option(fc.constantFrom('matching-a', kubewardenNamespace), { nil: undefined, freq: 3 }),
      isNamespaced: fc.nat({ max: 5 }),
      rules,
      namespaceSelector: optional(selector),
      objectSelector: optional(selector),
      matchPolicy: fc.constantFrom(undefined, 'Equivalent', 'Exact'),
      allowInsideAdmissionControllerNamespace: fc.boolean(),
      expressions: fc.oneof(
        { withCrossShrink: true },
        { arbitrary: fc.constant<string[]>([]), weight: 2 },
        { arbitrary: someOf(conditionExpressions, { maxLength: 2 }), weight: 1 },
      ),
    })
    .map(
      ({
        namespace,
        isNamespaced,
        expressions,
        namespaceSelector,
        allowInsideAdmissionControllerNamespace,
        ...spec
      }) => {
        const kind =
          isNamespaced === 0 && namespace !== undefined ? 'AdmissionPolicy' : 'ClusterAdmissionPolicy';
        const conditions = expressions.map((expression, index) => ({ name: `c${index}`, expression }));
        const common = {
          module: 'registry.example.com/p:1',
          failurePolicy: 'Ignore',
          matchConditions: conditions.length === 0 ? undefined : conditions,
          ...spec,
        };
        const document = {
          apiVersion: 'policies.kubewarden.io/v1',
          kind,
          metadata: { name, ...(kind === 'AdmissionPolicy' && { namespace }) },
          spec:
            kind === 'AdmissionPolicy'
              ? common
              : { ...common, namespaceSelector, allowInsideAdmissionControllerNamespace },
          status: { policyStatus: 'active' },
        };
        // What is undefined is not there.
        return { kind, document: JSON.parse(JSON.stringify(document)) as ApiObject };
      },
    );
}
