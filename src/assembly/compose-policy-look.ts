import type { ScanConfig } from '../config/index.ts';
import type { PolicyLook, PolicyLookOptions } from './policy-look.ts';

/** For telling of policies. Rejects with an AuditError when a file or the kubeconfig cannot be used; sends nothing. */
export async function composePolicyLook(config: ScanConfig, options: PolicyLookOptions): Promise<PolicyLook> {
  const { files, policySources } = config;
  if (files === undefined || policySources.files === undefined)
    return (await import('./cluster-policy-look.ts')).lookAtCluster(config, options);
  return (await import('./file-policy-look.ts')).lookAtFiles(config, policySources.files, options);
}
