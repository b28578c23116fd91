import type { ApiObject } from './api-client.ts';
import type { Cluster } from './connection.ts';
import {
  aClusterAdmissionPolicy,
  aClusterAdmissionPolicyGroup,
  aConfigMap,
  aCronJob,
  aDeployment,
  aNamespace,
  aNetworkPolicy,
  anAdmissionPolicy,
  anAdmissionPolicyGroup,
  aPod,
  aPolicyServer,
  aRoleBinding,
  aService,
} from './objects.ts';

const workloads = ['v1/pods', 'apps/v1/deployments', 'batch/v1/cronjobs'];

/** Policies of all four kinds; six of them are audited, three are not, each for another reason. */
export function seedPolicies(): ApiObject[] {
  return [
    aClusterAdmissionPolicy('no-privileged-pod', {
      title: 'No privileged containers',
      severity: 'high',
      category: 'Pod Security',
      targets: workloads,
    }),
    aClusterAdmissionPolicy('safe-labels', {
      title: 'Namespaces have an owner',
      severity: 'low',
      category: 'Ownership',
      targets: ['v1/namespaces'],
      objectSelector: {
        matchExpressions: [
          {
            key: 'kubernetes.io/metadata.name',
            operator: 'NotIn',
            values: ['default', 'kube-system', 'kube-public', 'kube-node-lease'],
          },
        ],
      },
    }),
    aClusterAdmissionPolicy('no-latest-tag', {
      title: 'Images have a version',
      severity: 'medium',
      category: 'Supply Chain',
      targets: workloads,
      mode: 'monitor',
    }),
    aClusterAdmissionPolicy('seccomp-default', {
      title: 'Pods get the default seccomp profile',
      severity: 'medium',
      category: 'Pod Security',
      targets: ['v1/pods'],
      mutating: true,
    }),
    aClusterAdmissionPolicy('unique-service-selector', {
      title: 'No two Services select the same Pods',
      severity: 'medium',
      category: 'Networking',
      targets: ['v1/services'],
      contextAwareResources: [{ apiVersion: 'v1', kind: 'Service' }],
    }),
    aClusterAdmissionPolicy('drop-capabilities', {
      title: 'Containers drop all capabilities',
      severity: 'medium',
      category: 'Pod Security',
      targets: workloads,
      backgroundAudit: false,
    }),
    aClusterAdmissionPolicyGroup('trusted-images', {
      title: 'Images come from the company registry or are signed',
      severity: 'critical',
      category: 'Supply Chain',
      targets: workloads,
      members: { company_registry: {}, signed: {} },
      expression: 'company_registry() || signed()',
      message: 'the image is neither from registry.example.com nor signed',
    }),
    anAdmissionPolicy('ingress-sources', {
      namespace: 'payments',
      title: 'NetworkPolicies say who may come in',
      severity: 'high',
      category: 'Networking',
      targets: ['networking.k8s.io/v1/networkpolicies'],
    }),
    anAdmissionPolicy('probes', {
      namespace: 'payments',
      title: 'Containers have probes',
      severity: 'low',
      targets: ['apps/v1/deployments'],
      status: 'pending',
    }),
    anAdmissionPolicy('owner-label', {
      namespace: 'monitoring',
      title: 'Everything has an owner',
      severity: 'info',
      category: 'Ownership',
      targets: ['*/*/*'],
    }),
    anAdmissionPolicyGroup('not-root', {
      namespace: 'legacy',
      title: 'Nothing runs as root',
      severity: 'medium',
      category: 'Pod Security',
      targets: ['apps/v1/deployments', 'v1/pods'],
      message: 'runAsUser 0 is not allowed',
    }),
  ];
}

/** A small company: payments in order, legacy not, monitoring in between. */
function seedWorkloads(): ApiObject[] {
  const teamLabels = { owner: 'team-payments' };
  return [
    aNamespace('kubewarden', { owner: 'platform' }),
    aNamespace('payments', { owner: 'team-payments', env: 'prod' }),
    aNamespace('legacy', { env: 'prod' }),
    aNamespace('monitoring', { owner: 'platform' }),

    aDeployment('default', 'welcome'),
    aService('default', 'welcome'),

    aDeployment('payments', 'api', { labels: teamLabels, privileged: true }),
    aDeployment('payments', 'ledger', { labels: teamLabels }),
    aPod('payments', 'migration', { labels: teamLabels }),
    aCronJob('payments', 'reconcile', { labels: teamLabels, image: 'registry.example.com/reconcile:latest' }),
    aService('payments', 'api', 8080),
    aService('payments', 'ledger', 8080),
    aNetworkPolicy('payments', 'api', 'default'),
    aNetworkPolicy('payments', 'ledger', 'payments'),
    aRoleBinding('payments', 'on-call', { clusterRole: 'edit', user: 'ana@example.com' }),
    aConfigMap('payments', 'rates', { 'eur-usd': '1.08' }),

    aDeployment('legacy', 'ftp', { image: 'docker.io/ftpd:latest', runAsUser: 0 }),
    aPod('legacy', 'debug', { image: 'docker.io/busybox:1.36', privileged: true, runAsUser: 0 }),
    aService('legacy', 'ftp', 21),

    aDeployment('monitoring', 'grafana', { labels: { owner: 'platform' } }),
    aService('monitoring', 'grafana', 3000),
    aConfigMap('monitoring', 'dashboards', { 'overview.json': '{}' }),
    aRoleBinding('monitoring', 'read', { clusterRole: 'view', user: 'metrics@example.com' }),
  ];
}

/** Fills an empty cluster with the workloads, the policies and the policy server `default` that they are bound to. */
export async function seedRealisticCluster(cluster: Cluster): Promise<void> {
  await cluster.apply([...seedWorkloads(), ...aPolicyServer('default'), ...seedPolicies()]);
}
