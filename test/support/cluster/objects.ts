import type { PolicyKind } from '../../../src/domain/policy.ts';
import { type Severity } from '../../../src/domain/severity.ts';
import type { ApiObject } from './api-client.ts';
import { exampleModule } from './real-policies.ts';

/** What a test says about a policy; everything else is what a new, active policy has. */
export type PolicyOptions = {
  readonly namespace?: string;
  /** `group/version/resource`, or `version/resource` for the core group. Pods when left out. */
  readonly targets?: readonly string[];
  readonly operations?: readonly string[];
  readonly mode?: 'protect' | 'monitor';
  readonly mutating?: boolean;
  readonly backgroundAudit?: boolean;
  readonly policyServer?: string;
  readonly timeoutSeconds?: number;
  readonly severity?: Severity | (string & {});
  readonly category?: string;
  readonly title?: string;
  readonly objectSelector?: Selector;
  /** Only for the two cluster-wide kinds. */
  readonly namespaceSelector?: Selector;
  readonly matchConditions?: readonly { name: string; expression: string }[];
  readonly contextAwareResources?: readonly { apiVersion: string; kind: string }[];
  readonly module?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** For the two group kinds: the members and what they must come to. */
  readonly expression?: string;
  readonly message?: string;
  readonly members?: Readonly<Record<string, GroupMember>>;
  /** `active` when left out; null leaves the status as a controller that has not looked yet. */
  readonly status?: 'unscheduled' | 'scheduled' | 'pending' | 'active' | null;
};

export type Selector = {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
};

export type GroupMember = {
  readonly module?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly contextAwareResources?: readonly { apiVersion: string; kind: string }[];
};

export function aClusterAdmissionPolicy(name: string, options: PolicyOptions = {}): ApiObject {
  return policy('ClusterAdmissionPolicy', name, options);
}

export function aClusterAdmissionPolicyGroup(name: string, options: PolicyOptions = {}): ApiObject {
  return policy('ClusterAdmissionPolicyGroup', name, options);
}

/** In the namespace `default` unless the options say otherwise. */
export function anAdmissionPolicy(name: string, options: PolicyOptions = {}): ApiObject {
  return policy('AdmissionPolicy', name, { namespace: 'default', ...options });
}

function policy(kind: PolicyKind, name: string, options: PolicyOptions): ApiObject {
  const spec = kind.endsWith('Group') ? groupSpec(name, options) : singleSpec(options);
  const { namespace, severity, category, title, status = 'active' } = options;
  return {
    apiVersion: 'policies.kubewarden.io/v1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: withoutUndefined({
        'io.kubewarden.policy.severity': severity,
        'io.kubewarden.policy.category': category,
        'io.kubewarden.policy.title': title,
      }),
    },
    spec: { ...sharedSpec(options), ...spec },
    ...(status === null ? {} : { status: { policyStatus: status } }),
  };
}

function sharedSpec(options: PolicyOptions): Record<string, unknown> {
  const { targets = ['v1/pods'], operations = ['CREATE', 'UPDATE'] } = options;
  return withoutUndefined({
    policyServer: options.policyServer,
    mode: options.mode,
    backgroundAudit: options.backgroundAudit,
    timeoutSeconds: options.timeoutSeconds,
    objectSelector: options.objectSelector,
    namespaceSelector: options.namespaceSelector,
    matchConditions: options.matchConditions,
    rules: targets.map((target) => ruleOf(target, operations)),
  });
}

function singleSpec(options: PolicyOptions): Record<string, unknown> {
  return withoutUndefined({
    module: options.module ?? defaultModule,
    mutating: options.mutating ?? false,
    settings: options.settings,
    contextAwareResources: options.contextAwareResources,
  });
}

function groupSpec(name: string, options: PolicyOptions): Record<string, unknown> {
  const members = Object.entries(options.members ?? { [memberNameOf(name)]: {} });
  return {
    expression: options.expression ?? members.map(([member]) => `${member}()`).join(' && '),
    message: options.message ?? `${name} is not satisfied`,
    policies: Object.fromEntries(
      members.map(([member, { module = defaultModule, ...rest }]) => [member, { module, ...rest }]),
    ),
  };
}

/** A member is called in a CEL expression: it has to be an identifier. */
function memberNameOf(name: string): string {
  return name.replaceAll('-', '_');
}

/** It has nothing to say against what the builders of this file make, unless they are asked to. */
const defaultModule = exampleModule('no-privileged');

/** `apps/v1/deployments` → one webhook rule. Also takes subresources and wildcards: `v1/pods/exec`, `*\/*\/*`. */
function ruleOf(target: string, operations: readonly string[]): Record<string, unknown> {
  const parts = target.split('/');
  const isCore = /^v\d/.test(parts[0]!);
  const [group, version, ...resource] = isCore ? ['', ...parts] : parts;
  return { apiGroups: [group], apiVersions: [version], resources: [resource.join('/')], operations };
}

function withoutUndefined<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}

export function aNamespace(name: string, labels: Record<string, string> = {}): ApiObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A PolicyServer and the Service that its controller makes for it in the namespace `kubewarden`. */
export function aPolicyServer(
  name = 'default',
  service: { port?: number; clusterIP?: string } = {},
): ApiObject[] {
  const fullName = `policy-server-${name}`;
  const { port = 443, clusterIP } = service;
  return [
    {
      apiVersion: 'policies.kubewarden.io/v1',
      kind: 'PolicyServer',
      metadata: { name },
      spec: { image: 'ghcr.io/kubewarden/policy-server:v1.37.2', replicas: 1 },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: fullName,
        namespace: 'kubewarden',
        labels: { app: `kubewarden-${fullName}`, 'app.kubernetes.io/instance': fullName },
      },
      spec: withoutUndefined({
        clusterIP,
        selector: { 'app.kubernetes.io/instance': fullName },
        ports: [{ name: 'policy-server', port, protocol: 'TCP', targetPort: 8443 }],
      }),
    },
  ];
}

export type WorkloadOptions = {
  readonly labels?: Record<string, string>;
  readonly privileged?: boolean;
  /** As the API server answered it: its controller. */
  readonly owner?: ApiObject | undefined;
};

export function aPod(namespace: string, name: string, options: WorkloadOptions = {}): ApiObject {
  const { labels = {}, owner } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, ...ownedBy(owner) },
    spec: podSpec(name, options),
  };
}

/** The same object with these annotations. */
export function withAnnotations(
  { metadata, ...object }: ApiObject,
  annotations: Readonly<Record<string, string>>,
): ApiObject {
  return { ...object, metadata: { ...metadata, annotations } };
}

function podSpec(name: string, { privileged }: WorkloadOptions): Record<string, unknown> {
  const securityContext = withoutUndefined({ privileged });
  return {
    containers: [{ name, image: `registry.example.com/${name}:1.0.0`, securityContext }],
  };
}

/** A Deployment or a ReplicaSet that wants no Pods. */
export function aWorkload(kind: 'Deployment' | 'ReplicaSet', path: string, owner?: ApiObject): ApiObject {
  const [namespace = '', name = ''] = path.split('/');
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, ...ownedBy(owner) },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(name, {}) },
    },
  };
}

function ownedBy(owner: ApiObject | undefined): object {
  if (owner === undefined) return {};
  const { apiVersion, kind, metadata } = owner;
  const { name, uid } = metadata;
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] };
}

export function aConfigMap(namespace: string, name: string, data: Record<string, string> = {}): ApiObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** Lets Pods with the label `app=<name>` be reached from the namespace `from` only. */
export function aNetworkPolicy(namespace: string, name: string, from: string): ApiObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from } } }] }],
    },
  };
}
