import type { AuditRequest } from '../audit/ports.ts';
import type { ScanConfig } from '../config/config.ts';
import { AuditError } from '../domain/errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { AuditPlan } from '../matching/plan.ts';
import { findEngineReads } from '../preflight/access/engine-reads.ts';
import type { NeedsOptions } from '../preflight/access/needs.ts';
import type { FactPorts, Facts } from '../preflight/facts.ts';
import { openReportsMapper } from '../reports/openreports/mapper.ts';
import { policyReportMapper } from '../reports/policyreport/mapper.ts';
import type { AccessReviewer } from '../sources/access.ts';
import { createKubernetesAccessReviewer } from '../sources/kubernetes/access.ts';
import { createKubernetesDiscovery } from '../sources/kubernetes/discovery.ts';
import { createKubernetesNamespaceSource } from '../sources/kubernetes/namespaces.ts';
import { createKubernetesPolicySource } from '../sources/kubernetes/policies.ts';
import { createKubernetesPolicyServerSource } from '../sources/kubernetes/policy-server-terms.ts';
import type { DiscoveredApi } from '../sources/source.ts';
import { toRequest } from './compose.ts';
import { connect, createClient } from './connect.ts';
import type { Io } from './io.ts';

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
  const client = createClient(await connect(config, io, signal), config.limits.requestTimeoutMs);
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

/** What of it all decides which permissions a scan needs. */
export type NeedsFacts = Pick<Facts, 'references'> & {
  readonly api: DiscoveredApi;
  readonly plan: AuditPlan | undefined;
};

export function toNeedsOptions(scan: ScanConfig, facts: NeedsFacts): NeedsOptions {
  return {
    scope: scan.scope,
    kubewardenNamespace: scan.kubewardenNamespace,
    evaluation: toEvaluation(scan, facts),
    plan: facts.plan,
    reports: reportsOf(scan, facts.api),
  };
}

function toEvaluation(
  { engine, policyServerUrl }: ScanConfig,
  { references, ...facts }: NeedsFacts,
): NeedsOptions['evaluation'] {
  if (engine === undefined) return policyServerUrl === undefined ? 'found servers' : 'given server';
  return findEngineReads({ ...facts, references: references instanceof AuditError ? undefined : references });
}

/** The reports that a scan would write, and those of the other kind that it would clean up where the cluster serves them. */
function reportsOf({ store, reportKind }: ScanConfig, { resources }: DiscoveredApi): NeedsOptions['reports'] {
  if (!store) return undefined;
  if (reportKind === 'policyreport') return { written: policyReportMapper, legacy: undefined };
  const { group, plural } = policyReportMapper.namespaced;
  const isServed = resources.some((type) => type.group === group && type.resource === plural);
  return { written: openReportsMapper, legacy: isServed ? policyReportMapper : undefined };
}
