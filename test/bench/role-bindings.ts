/** 10,000 RoleBindings: a hundred in each of a hundred namespaces. */
export const bindingNamespaces = Array.from(
  { length: 100 },
  (_, index) => `team-${String(index).padStart(3, '0')}`,
);

export function roleBindingsOf(namespace: string): readonly ReturnType<typeof aRoleBinding>[] {
  return Array.from({ length: 100 }, (_, index) => aRoleBinding(namespace, index));
}

export function aRoleBinding(namespace: string, index: number) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: `binding-${String(index).padStart(3, '0')}`,
      namespace,
      uid: `00000000-0000-4000-8000-${namespace.slice(5)}${String(index).padStart(9, '0')}`,
      resourceVersion: String(1000 + index),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'app.kubernetes.io/managed-by': 'bench' },
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'User', name: `user-${index}`, apiGroup: 'rbac.authorization.k8s.io' }],
  };
}
