export { createKubernetesAccessReviewer } from './access.ts';
export { type ClusterIdentity, identifyCluster } from './cluster-identity.ts';
export { createKubernetesDiscovery } from './discovery.ts';
export { createKnownCluster } from './known-cluster.ts';
export { watchingForNamespace } from './kubewarden-namespace.ts';
export { createKubernetesNamespaceSource } from './namespaces.ts';
export { createKubernetesObjectReader } from './object-reader.ts';
export { createKubernetesOwnerSource } from './owners.ts';
export { createKubernetesPolicySource } from './policies.ts';
export {
  createKubernetesPolicyServerSource,
  createPolicyServerTerms,
  type FindPolicyServerTerms,
  type PolicyServerTerms,
} from './policy-server-terms.ts';
export { listPolicyServerVersions } from './policy-server-versions.ts';
export { createPolicyServerResolver } from './policy-servers.ts';
export { createKubernetesResourceSource } from './resources.ts';
export { createServiceEndpoints } from './service-endpoints.ts';
