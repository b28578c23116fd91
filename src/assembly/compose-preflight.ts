import type { AuditRequest } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import type { AccessReviewer } from '../sources/index.ts';
import {
  createKubernetesAccessReviewer,
  createKubernetesDiscovery,
  createKubernetesNamespaceSource,
  createKubernetesPolicyServerSource,
  createKubernetesPolicySource,
} from '../sources/kubernetes/index.ts';
import type { FactPorts } from './cluster-facts.ts';
import { toRequest } from './composed-audit.ts';
import { openClient } from './connect.ts';
import type { PolicySet } from './policy-set.ts';

/** What it takes to find out what a scan of the cluster needs, without scanning. */
export type Preflight = {
  readonly client: KubernetesClient;
  readonly ports: FactPorts;
  readonly request: AuditRequest;
  readonly reviewer: AccessReviewer;
  /** What the engine of this process needs to run the policies; undefined where all are installed ones. */
  readonly policies: PolicySet | undefined;
  close(): Promise<void>;
};

/** Rejects with an AuditError when the kubeconfig or a file of policies cannot be used; sends nothing. */
export async function composePreflight(config: ScanConfig, io: Io, signal: AbortSignal): Promise<Preflight> {
  const client = await openClient(config, { io, signal });
  const policies = await openNamedPolicies(config, client, io);
  const asksServers = config.engine !== undefined && config.policySources.installed;
  return {
    client,
    ports: {
      discovery: createKubernetesDiscovery(client),
      policies: policies?.source ?? createKubernetesPolicySource(client),
      namespaces: createKubernetesNamespaceSource(client),
      policyServers: asksServers ? createKubernetesPolicyServerSource(client) : undefined,
    },
    request: toRequest(config),
    policies,
    reviewer: createKubernetesAccessReviewer(client),
    close: async () => {
      await Promise.all([policies?.close(), client.close()]);
    },
  };
}

/** Undefined where all policies are installed ones. */
async function openNamedPolicies(
  config: ScanConfig,
  client: KubernetesClient,
  io: Io,
): Promise<PolicySet | undefined> {
  if (config.policySources.files === undefined) return undefined;
  const onNotice = (text: string): void => void io.stderr.write(`${text}\n`);
  return (await import('./open-policies.ts')).openPolicySet(config, { io, onNotice, client });
}
