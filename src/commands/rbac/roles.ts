import { createHash } from 'node:crypto';
import { compareText } from '../../domain/index.ts';
import { type Permission } from '../../sources/index.ts';

/** Who is granted something: a service account, or a user by the name that the API server knows. */
export type Subject =
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'User'; readonly name: string };

export type RoleOptions = {
  readonly subject: Subject;
  /**
   * Whether the roles are added to others: then their name is derived from what they grant, so that applying one never takes away what
   * an earlier one granted.
   */
  readonly additional: boolean;
  /** Lines of a comment at the top. */
  readonly comment: readonly string[];
};

/** `system:serviceaccount:<namespace>:<name>` is a service account; every other name is a user. */
export function toSubject(user: string): Subject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined
    ? { kind: 'User', name: user }
    : { kind: 'ServiceAccount', namespace, name };
}

/**
 * A ClusterRole for what is needed in the whole cluster and a Role for each namespace in which more is needed, each with its
 * binding, as YAML for `kubectl apply -f -`. Same permissions, same text. Ends with a newline; empty without permissions.
 */
export function renderRoles(
  permissions: readonly Permission[],
  { subject, additional, comment }: RoleOptions,
): string {
  const byPlace = Map.groupBy(permissions, ({ namespace }) => namespace ?? '');
  const documents = [...byPlace.keys()].sort(compareText).map((place) => {
    const rules = toRules(byPlace.get(place) ?? []);
    const name = additional
      ? `audit-scanner-${hash(JSON.stringify([place, rules, subject]))}`
      : 'audit-scanner';
    return renderRole({ name, namespace: place === '' ? undefined : place, rules, subject });
  });
  if (documents.length === 0) return '';
  return [...comment.map((line) => `# ${line}\n`), documents.join('---\n')].join('');
}

type Rule = {
  readonly group: string;
  readonly resources: readonly string[];
  /** Empty for every object. */
  readonly names: readonly string[];
  readonly verbs: readonly string[];
};

/**
 * One rule per group and set of verbs, and per type whose objects are named; sorted, so that the order in which permissions were found
 * does not show.
 */
function toRules(permissions: readonly Permission[]): readonly Rule[] {
  const byObject = Map.groupBy(
    permissions,
    ({ group, resource, name = '' }) => `${group}/${resource}/${name}`,
  );
  const objects = [...byObject.values()].map((same) => ({
    group: same[0]?.group ?? '',
    resource: same[0]?.resource ?? '',
    name: same[0]?.name,
    verbs: [...new Set(same.map(({ verb }) => verb))].sort(),
  }));
  const byGrant = Map.groupBy(
    objects,
    ({ group, resource, name, verbs }) => `${group}/${verbs.join(',')}/${name === undefined ? '' : resource}`,
  );
  return [...byGrant.keys()].sort(compareText).map((key) => {
    const same = byGrant.get(key) ?? [];
    return {
      group: same[0]?.group ?? '',
      resources: [...new Set(same.map(({ resource }) => resource))].sort(),
      names: same.flatMap(({ name }) => name ?? []).sort(),
      verbs: same[0]?.verbs ?? [],
    };
  });
}

type Role = {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly rules: readonly Rule[];
  readonly subject: Subject;
};

/** Every text is quoted as JSON, which YAML takes as it is, whatever a name looks like. */
function renderRole({ name, namespace, rules, subject }: Role): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = [
    'metadata:',
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${quote(namespace)}`]),
  ];
  const lines = [
    `apiVersion: ${rbacApi}/v1`,
    `kind: ${kind}`,
    ...metadata,
    'rules:',
    ...rules.flatMap(({ group, resources, names, verbs }) => [
      `  - apiGroups: [${quote(group)}]`,
      `    resources: [${resources.map(quote).join(', ')}]`,
      ...(names.length === 0 ? [] : [`    resourceNames: [${names.map(quote).join(', ')}]`]),
      `    verbs: [${verbs.map(quote).join(', ')}]`,
    ]),
    '---',
    `apiVersion: ${rbacApi}/v1`,
    `kind: ${kind}Binding`,
    ...metadata,
    `roleRef: {apiGroup: ${rbacApi}, kind: ${kind}, name: ${name}}`,
    'subjects:',
    `  - ${renderSubject(subject)}`,
  ];
  return `${lines.join('\n')}\n`;
}

const rbacApi = 'rbac.authorization.k8s.io';

function renderSubject(subject: Subject): string {
  return subject.kind === 'User'
    ? `{apiGroup: ${rbacApi}, kind: User, name: ${quote(subject.name)}}`
    : `{kind: ServiceAccount, namespace: ${quote(subject.namespace)}, name: ${quote(subject.name)}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
