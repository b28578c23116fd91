import type { ScanConfig } from '../config/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import { createKubernetesPolicySource } from '../sources/kubernetes/index.ts';
import { readVerifyKeyless } from './module-terms.ts';
import { createPolicyServerModules } from './policy-server-modules.ts';
import type { PolicySet } from './policy-set.ts';

/** The policies of a cluster, each on the terms of its PolicyServer. Rejects with an AuditError for a trust root that cannot be used. */
export async function openInstalledPolicies(
  { kubewardenNamespace, trustRoot }: Pick<ScanConfig, 'kubewardenNamespace' | 'trustRoot'>,
  client: KubernetesClient,
  { env }: Pick<Io, 'env'>,
): Promise<PolicySet> {
  const modules = createPolicyServerModules(client, {
    namespace: kubewardenNamespace,
    env,
    verifyKeyless: await readVerifyKeyless(trustRoot),
  });
  return { source: createKubernetesPolicySource(client), ...modules };
}
