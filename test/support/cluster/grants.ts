import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import type { ApiObject } from './api-client.ts';
import type { Cluster } from './connection.ts';

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};
type Subject = { readonly kind: string; readonly name: string; readonly namespace?: string };

/** A role or a binding, as `audit-scanner rbac` prints it. */
export type Role = ApiObject & { readonly rules?: readonly Rule[]; readonly subjects?: readonly Subject[] };

export type Account = { readonly user: string; readonly env: { readonly KUBECONFIG: string } };

/** A service account of a namespace, without rights, and how the command line becomes it. */
export async function anAccount(cluster: Cluster, namespace: string, name: string): Promise<Account> {
  const token = await cluster.createServiceAccountToken(namespace, name);
  const user = `system:serviceaccount:${namespace}:${name}`;
  return { user, env: { KUBECONFIG: await cluster.kubeconfigFor({ name: user, token }) } };
}

export function parseRoles(yaml: string): Role[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Role);
}

/** Applies roles with their bindings, and waits until the API server acts on them, which takes it a moment. */
export async function grantRoles(cluster: Cluster, roles: readonly Role[]): Promise<void> {
  await cluster.apply(roles);
  for (const { kind, metadata, rules = [] } of roles) {
    const binding = roles.find(
      (other) => other.kind === `${kind}Binding` && other.metadata.name === metadata.name,
    );
    const [rule] = rules;
    const [subject] = binding?.subjects ?? [];
    if (rule !== undefined && subject !== undefined)
      await untilAllowed(cluster, { user: nameOf(subject), rule, namespace: metadata.namespace });
  }
}

/** Deletes them again, in whatever order. */
export async function revokeRoles(cluster: Cluster, roles: readonly Role[]): Promise<void> {
  for (const { kind, metadata } of roles) {
    const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
    const path = `/apis/rbac.authorization.k8s.io/v1${place}/${kind.toLowerCase()}s/${metadata.name}`;
    await cluster.request('DELETE', path);
  }
}

function nameOf({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' ? `system:serviceaccount:${namespace ?? ''}:${name}` : name;
}

async function untilAllowed(
  cluster: Cluster,
  {
    user,
    rule,
    namespace,
  }: { readonly user: string; readonly rule: Rule; readonly namespace: string | undefined },
): Promise<void> {
  const attributes = {
    verb: rule.verbs[0],
    group: rule.apiGroups[0],
    resource: rule.resources[0],
    name: rule.resourceNames?.[0],
    namespace,
  };
  for (let tries = 0; tries < 300; tries += 1) {
    const { status } = await cluster.request<{ status: { allowed: boolean } }>(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user, resourceAttributes: attributes },
      },
    );
    if (status.allowed) return;
    await delay(100);
  }
  throw new Error(`${user} is not allowed what was granted: ${JSON.stringify(attributes)}`);
}
