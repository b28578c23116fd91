import type { Policy } from '../../src/domain/policy.ts';
import { type ApiResource, type AuditedObject, formatGroupResource } from '../../src/domain/resource.ts';
import { anApiResource, anObject, aPolicy, aRule } from '../support/builders.ts';

/** The types of every model cluster; the first and the last are cluster-scoped, Deployments are in a group of their own. */
export const types: readonly ApiResource[] = [
  anApiResource('rbac.authorization.k8s.io/v1/clusterroles', 'ClusterRole', { namespaced: false }),
  anApiResource('v1/pods', 'Pod'),
  anApiResource('v1/services', 'Service'),
  anApiResource('apps/v1/deployments', 'Deployment'),
  anApiResource('v1/namespaces', 'Namespace', { namespaced: false }),
];
export const namespaceNames = ['blue', 'green', 'red'] as const;
/** A namespace that is never audited. */
export const ignoredNamespace = 'system';
/** The namespace of Kubewarden itself. */
export const kubewardenNamespace = 'red';

/** A cluster in small numbers, from which everything else is made: what is generated, shrunk and printed. */
export type ModelCluster = {
  /** Which namespaces exist, and whether each has the label that namespace selectors ask for. */
  readonly namespaces: readonly { readonly name: string; readonly production: boolean }[];
  readonly objects: readonly ModelObject[];
  readonly policies: readonly ModelPolicy[];
};

export type ModelObject = {
  readonly type: number;
  /** Where it lies, or the name of a Namespace; ignored for another cluster-scoped type. */
  readonly namespace: string;
  readonly name: number;
  readonly labelled: boolean;
  /** Was there when the reports were stored that the audit meets. */
  readonly old: boolean;
  /** Is there during the audit. */
  readonly current: boolean;
};

export type ModelPolicy = {
  /** Undefined for a cluster-wide policy. */
  readonly namespace: string | undefined;
  readonly types: readonly number[];
  readonly selectsLabel: boolean;
  readonly selectsProduction: boolean;
  /** Whether it applies in the namespace of Kubewarden. */
  readonly inside: boolean;
  readonly backgroundAudit: boolean;
  readonly active: boolean;
  /** Its spec has been changed since the reports were stored. */
  readonly changed: boolean;
  /** Which third of the objects it denies. */
  readonly denies: number;
};

/** What no message may ever show: it stands in every object. */
export const secretMark = 'hunter2-';

export function toObject(object: ModelObject): AuditedObject {
  const resource = typeOf(object.type);
  const path = pathOf(object);
  const made = anObject(resource, path, {
    uid: `${resource.resource}-${path.replace('/', '-')}`,
    labels: object.labelled ? { app: 'web', ...(isNamespace(object) && { env: 'prod' }) } : {},
  });
  const json = Buffer.from(made.json).toString().replace(/}$/, `,"data":"${secretMark}${path}"}`);
  return { ...made, json: Buffer.from(json) };
}

/** `blue/o1`, or what replaces it for a cluster-scoped object; a Namespace is called like one. */
export function pathOf(object: ModelObject): string {
  if (isNamespace(object)) return object.namespace;
  return typeOf(object.type).namespaced ? `${object.namespace}/o${object.name}` : `o${object.name}`;
}

function isNamespace({ type }: ModelObject): boolean {
  return typeOf(type).resource === 'namespaces';
}

export function toPolicy(policy: ModelPolicy, index: number, present: 'old' | 'current' = 'old'): Policy {
  return aPolicy(`p${index}`, {
    generation: policy.changed && present === 'current' ? 2 : 1,
    kind: policy.namespace === undefined ? 'ClusterAdmissionPolicy' : 'AdmissionPolicy',
    namespace: policy.namespace,
    rules: policy.types.map((type) => {
      const { group, version, resource } = typeOf(type);
      return aRule([...(group === '' ? [] : [group]), version, resource].join('/'));
    }),
    objectSelector: policy.selectsLabel ? { matchLabels: { app: 'web' } } : undefined,
    namespaceSelector: selectsByNamespace(policy) ? { matchLabels: { env: 'prod' } } : undefined,
    allowInsideAdmissionControllerNamespace: policy.inside || policy.namespace !== undefined,
    backgroundAudit: policy.backgroundAudit,
    status: policy.active ? 'active' : 'pending',
  });
}

export function typeOf(index: number): ApiResource {
  const type = types[index];
  if (type === undefined) throw new RangeError(`there is no type ${index}`);
  return type;
}

export function typeNameOf(index: number): string {
  return formatGroupResource(typeOf(index));
}

function selectsByNamespace({ namespace, selectsProduction }: ModelPolicy): boolean {
  return selectsProduction && namespace === undefined;
}

/** Whether a policy takes part at all. */
function isAudited({ backgroundAudit, active }: ModelPolicy): boolean {
  return backgroundAudit && active;
}

/** Which (policy, object) pairs an audit has to ask about, worked out from the model alone. */
function isAsked(cluster: ModelCluster, policy: ModelPolicy, object: ModelObject): boolean {
  if (!isAudited(policy) || !policy.types.includes(object.type)) return false;
  if (policy.selectsLabel && !object.labelled) return false;
  const isShunned =
    policy.namespace === undefined && !policy.inside && object.namespace === kubewardenNamespace;
  if (isNamespace(object)) {
    if (policy.namespace !== undefined || isShunned) return false;
    return !selectsByNamespace(policy) || object.labelled;
  }
  if (!typeOf(object.type).namespaced) return policy.namespace === undefined;
  if (isShunned) return false;
  const namespace = cluster.namespaces.find(({ name }) => name === object.namespace);
  if (namespace === undefined || namespace.name === ignoredNamespace) return false;
  if (policy.namespace !== undefined && policy.namespace !== object.namespace) return false;
  return !selectsByNamespace(policy) || namespace.production;
}

/** The verdict of a policy. */
export function denies(policy: ModelPolicy, object: ModelObject, salt: number): boolean {
  return (object.name + object.type + salt) % 3 === policy.denies;
}

/** Report name to `policy result` lines: what has to be stored after a complete audit. */
export function expectedReports(
  cluster: ModelCluster,
  salt: number,
  present: 'old' | 'current',
): Map<string, string[]> {
  const expected = new Map<string, string[]>();
  for (const object of cluster.objects.filter((candidate) => candidate[present])) {
    const lines = cluster.policies.flatMap((policy, index) =>
      isAsked(cluster, policy, object)
        ? [`${toPolicy(policy, index).uniqueName} ${denies(policy, object, salt) ? 'fail' : 'pass'}`]
        : [],
    );
    if (lines.length > 0) expected.set(toObject(object).reference.uid, lines.sort());
  }
  return expected;
}
