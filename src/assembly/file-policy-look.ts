import type { PolicyFilesConfig, ScanConfig } from '../config/index.ts';
import { orError } from '../domain/index.ts';
import { composeLook } from './compose-look.ts';
import { openFilePolicies } from './file-policies.ts';
import type { PolicyLook, PolicyLookOptions } from './policy-look.ts';

/** The policies of files, beside the cluster of the kubeconfig if there is one. Rejects with an AuditError when a file that the user named cannot be used. */
export async function lookAtFiles(
  config: ScanConfig,
  given: PolicyFilesConfig,
  { pull, io, signal }: PolicyLookOptions,
): Promise<PolicyLook> {
  const files = { ...given, modules: { ...given.modules, offline: !pull } };
  const look = await composeLook(
    { ...config, policySources: { ...config.policySources, files } },
    io,
    signal,
  );
  // The look has said what there is to say of these files.
  const { findModules, close } = await openFilePolicies(files, config.trustRoot, {
    io,
    onNotice: () => undefined,
  });
  const { openClient } = await import('./connect.ts');
  const client = await orError(openClient(config, { io, signal }));
  return {
    client,
    ports: { ...look.ports, policyServers: undefined },
    request: look.request,
    loadModule: async (policy, url, loadSignal) =>
      (await findModules(policy, loadSignal)).load(url, loadSignal),
    close: async () => {
      await Promise.all([close(), look.close(), client instanceof Error ? undefined : client.close()]);
    },
  };
}
