import type { Policy } from '../../src/domain/policy.ts';
import { type ApiResource, type AuditedObject, formatGroupResource } from '../../src/domain/resource.ts';
import { anApiResource, anObject, aPolicy, aRule } from '../support/builders.ts';

/** The types of every model cluster; the first is cluster-scoped, the last is in a group of its own. */
export const types: readonly ApiResource[] = [
  anApiResource('rbac.authorization.k8s.io/v1/clusterroles', 'ClusterRole', { namespaced: false }),
  anApiResource('v1/pods', 'Pod'),
  anApiResource('v1/services', 'Service'),
  anApiResource('apps/v1/deployments', 'Deployment'),
];
export const namespaceNames = ['blue', 'green', 'red'] as const;
/** A namespace that is never audited. */
export const ignoredNamespace = 'system';

/** A cluster in small numbers, from which everything else is made: what is generated, shrunk and printed. */
export type ModelCluster = {
  /** Which namespaces exist, and whether each has the label that namespace selectors ask for. */
  readonly namespaces: readonly { readonly name: string; readonly production: boolean }[];
  readonly objects: readonly ModelObject[];
  readonly policies: readonly ModelPolicy[];
};

export type ModelObject = {
  readonly type: number;
  /** Ignored for a cluster-scoped type. */
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
  readonly backgroundAudit: boolean;
  readonly active: boolean;
  /** Which third of the objects it denies. */
  readonly denies: number;
};

/** What no message may ever show: it stands in every object. */
export const secretMark = 'hunter2-';

export function toObject(object: ModelObject): AuditedObject {
  const resource = typeOf(object.type);
  const path = resource.namespaced ? `${object.namespace}/o${object.name}` : `o${object.name}`;
  const made = anObject(resource, path, {
    uid: `${resource.resource}-${path.replace('/', '-')}`,
    labels: object.labelled ? { app: 'web' } : {},
  });
  const json = Buffer.from(made.json).toString().replace(/}$/, `,"data":"${secretMark}${path}"}`);
  return { ...made, json: Buffer.from(json) };
}

export function toPolicy(policy: ModelPolicy, index: number): Policy {
  return aPolicy(`p${index}`, {
    kind: policy.namespace === undefined ? 'ClusterAdmissionPolicy' : 'AdmissionPolicy',
    namespace: policy.namespace,
    rules: policy.types.map((type) => {
      const { group, version, resource } = typeOf(type);
      return aRule([...(group === '' ? [] : [group]), version, resource].join('/'));
    }),
    objectSelector: policy.selectsLabel ? { matchLabels: { app: 'web' } } : undefined,
    namespaceSelector: selectsByNamespace(policy) ? { matchLabels: { env: 'prod' } } : undefined,
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

/** What a namespace selector means for cluster-scoped objects is not this model's subject. */
function selectsByNamespace({ namespace, types: reached, selectsProduction }: ModelPolicy): boolean {
  return selectsProduction && namespace === undefined && reached.every((type) => typeOf(type).namespaced);
}

/** Whether a policy takes part at all. */
function isAudited({ backgroundAudit, active }: ModelPolicy): boolean {
  return backgroundAudit && active;
}

/** Which (policy, object) pairs an audit has to ask about, worked out from the model alone. */
function isAsked(cluster: ModelCluster, policy: ModelPolicy, object: ModelObject): boolean {
  if (!isAudited(policy) || !policy.types.includes(object.type)) return false;
  if (policy.selectsLabel && !object.labelled) return false;
  if (!typeOf(object.type).namespaced) return policy.namespace === undefined;
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
