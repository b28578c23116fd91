import type { ApiObject } from '../../support/cluster/api-client.ts';
import {
  aClusterAdmissionPolicy,
  aNamespace,
  anAdmissionPolicy,
  aPod,
  type PolicyOptions,
} from '../../support/cluster/objects.ts';
import {
  kindOf,
  type NamespaceName,
  namespaceNames,
  type RandomCluster,
  type RandomObject,
  type RandomPolicy,
  selectsByNamespace,
  type TypeName,
} from './cluster.ts';

const secret = 'hunter2-in-a-secret';
const encodedSecret = Buffer.from(secret).toString('base64');

/** Stand in every object, in Secrets and in the token: no output and no report may ever show them. */
export const secretMarks: readonly string[] = ['hunter2', encodedSecret.slice(0, 12), 'admin-token'];

/** The label of everything that belongs to a lane. */
const laneLabel = 'lane';

const targets: Readonly<Record<TypeName, string>> = {
  pods: 'v1/pods',
  secrets: 'v1/secrets',
  deployments: 'apps/v1/deployments',
  namespaces: 'v1/namespaces',
};

function labelsOf(lane: string, { web }: { readonly web: boolean }): Record<string, string> {
  return { [laneLabel]: lane, password: 'hunter2', ...(web && { app: 'web' }) };
}

/** The namespaces `<lane>-blue` and so on. */
export function toNamespaces({ namespaces }: RandomCluster, lane: string): readonly ApiObject[] {
  return namespaceNames.map((name) => {
    const { production } = namespaces[name];
    const labels = { ...labelsOf(lane, namespaces[name]), ...(production && { env: 'prod' }) };
    return withSecretNote(aNamespace(`${lane}-${name}`, labels));
  });
}

export function toObject(object: RandomObject, lane: string): ApiObject {
  const { type, namespace, name } = object;
  return withSecretNote(build(type, nameIn(lane, namespace), `o${name}`, labelsOf(lane, object)));
}

function build(
  type: RandomObject['type'],
  namespace: string,
  name: string,
  labels: Record<string, string>,
): ApiObject {
  const pod = aPod(namespace, name, { labels });
  if (type === 'pods') return pod;
  const { metadata, spec } = pod;
  if (type === 'secrets')
    return { apiVersion: 'v1', kind: kindOf[type], metadata, data: { password: encodedSecret } };
  const selector = { matchLabels: { [laneLabel]: labels[laneLabel] } };
  return {
    apiVersion: 'apps/v1',
    kind: kindOf[type],
    metadata,
    spec: { selector, template: { metadata: { labels }, spec } },
  };
}

function withSecretNote(object: ApiObject): ApiObject {
  const annotations = { ...object.metadata.annotations, note: 'the password is "hunter2"' };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Policies that see nothing of other lanes. Cluster-wide ones are in sight of all, so that their names begin with the lane's. */
export function toPolicies(
  { policies }: RandomCluster,
  { lane, everywhere }: { readonly lane: string; readonly everywhere: boolean },
): readonly ApiObject[] {
  return policies.map((policy, index) => {
    const options = toOptions(policy, lane);
    const { namespace } = policy;
    if (namespace !== undefined)
      return anAdmissionPolicy(`p${index}`, { ...options, namespace: nameIn(lane, namespace) });
    // A scan of named namespaces would list them for the policies of other lanes, a scan of the whole cluster excludes those.
    const labels = {
      ...(!everywhere && { [laneLabel]: lane }),
      ...(selectsByNamespace(policy) && { env: 'prod' }),
    };
    const namespaceSelector = Object.keys(labels).length === 0 ? undefined : { matchLabels: labels };
    return aClusterAdmissionPolicy(`${lane}-p${index}`, {
      ...options,
      ...(namespaceSelector !== undefined && { namespaceSelector }),
    });
  });
}

function toOptions(
  { selectsWeb, types, backgroundAudit, active }: RandomPolicy,
  lane: string,
): PolicyOptions {
  const matchLabels = { [laneLabel]: lane, ...(selectsWeb && { app: 'web' }) };
  return {
    targets: types.map((type) => targets[type]),
    objectSelector: { matchLabels },
    backgroundAudit,
    status: active ? 'active' : 'pending',
  };
}

const plurals: Readonly<Record<string, string>> = {
  Pod: 'pods',
  Secret: 'secrets',
  Deployment: 'deployments',
  AdmissionPolicy: 'admissionpolicies',
  ClusterAdmissionPolicy: 'clusteradmissionpolicies',
};

/** Where the API server has this object of a lane. */
export function objectPath({ apiVersion, kind, metadata: { namespace, name } }: ApiObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${place}/${plurals[kind] ?? ''}/${name}`;
}

function nameIn(lane: string, namespace: NamespaceName): string {
  return `${lane}-${namespace}`;
}
