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

/** What it takes to find out what a scan of the cluster needs, without scanning. */
export type Preflight = {
  readonly client: KubernetesClient;
  readonly ports: FactPorts;
  readonly request: AuditRequest;
  readonly reviewer: AccessReviewer;
  close(): Promise<void>;
};

/** Rejects with an AuditError when the kubeconfig cannot be used; sends nothing. */
export async function composePreflight(config: ScanConfig, io: Io, signal: AbortSignal): Promise<Preflight> {
  const client = await openClient(config, { io, signal });
  return {
    client,
    ports: {
      discovery: createKubernetesDiscovery(client),
      policies: createKubernetesPolicySource(client),
      namespaces: createKubernetesNamespaceSource(client),
      policyServers: config.engine === undefined ? undefined : createKubernetesPolicyServerSource(client),
    },
    request: toRequest(config),
    reviewer: createKubernetesAccessReviewer(client),
    close: () => client.close(),
  };
}
