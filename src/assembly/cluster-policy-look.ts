import type { ScanConfig } from '../config/index.ts';
import { findHomeDir, type Io } from '../host/index.ts';
import { anonymous, createModuleStore, noSourceSettings, openModules } from '../modules/index.ts';
import { createKubernetesPolicyServerSource } from '../sources/kubernetes/index.ts';
import { composePreflight } from './compose-preflight.ts';
import { createProxyFinder } from './module-terms.ts';
import { openPolicySet } from './open-policies.ts';
import type { PolicyLook, PolicyLookOptions } from './policy-look.ts';

/** The policies of a live cluster, and of files if some are named besides. Rejects with an AuditError when the kubeconfig or a file cannot be used; sends nothing. */
export async function lookAtCluster(config: ScanConfig, options: PolicyLookOptions): Promise<PolicyLook> {
  const { io, signal, pull } = options;
  const preflight = await composePreflight(config, io, signal);
  const { client, ports, request } = preflight;
  const onNotice = (text: string): void => void io.stderr.write(`${text}\n`);
  const policies = await openPolicySet(withPull(config, pull), { io, onNotice, client });
  const atHand = openAtHand(io);
  return {
    client,
    ports: {
      ...ports,
      policies: policies.source,
      policyServers: createKubernetesPolicyServerSource(client),
    },
    request,
    // Only where something may be downloaded do the terms of a PolicyServer count.
    loadModule: async (policy, url, loadSignal) =>
      pull || policy.origin === 'files'
        ? (await policies.findModules(policy, loadSignal)).load(url, loadSignal)
        : atHand.load(url, loadSignal),
    close: async () => {
      await Promise.all([atHand.close(), policies.close(), preflight.close()]);
    },
  };
}

/** For the policies of files; those of the cluster are dealt with one by one. */
function withPull(config: ScanConfig, pull: boolean): ScanConfig {
  const { policySources } = config;
  const { files } = policySources;
  if (files === undefined) return config;
  const modules = { ...files.modules, offline: !pull };
  return { ...config, policySources: { ...policySources, files: { ...files, modules } } };
}

/** What was downloaded before, by whomever: nothing of it is run, so that nobody has to have signed it. */
function openAtHand({ env }: Io): ReturnType<typeof openModules> {
  return openModules(
    {
      sources: noSourceSettings,
      findCredentials: () => Promise.resolve(anonymous),
      verification: undefined,
    },
    {
      offline: true,
      findProxy: createProxyFinder(env),
      store: createModuleStore({ env, homeDir: findHomeDir(env), platform: process.platform }),
    },
  );
}
