import type { Facts } from '../../assembly/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import { AuditError } from '../../domain/index.ts';
import type { AuditPlan } from '../../matching/index.ts';
import { reportMapperFor } from '../../reports/index.ts';
import type { DiscoveredApi } from '../../sources/index.ts';
import { findEngineReads } from './engine-reads.ts';
import type { NeedsOptions } from './needs.ts';

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
    installed: scan.policySources.installed,
    balanced: scan.connections === 'balanced',
    events: scan.telemetry?.events === true,
    plan: facts.plan,
    baseline: scan.baselineSource === 'cluster' ? reportMapperFor(scan.reportKind) : undefined,
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
  const written = reportMapperFor(reportKind);
  if (reportKind === 'policyreport') return { written, legacy: undefined };
  const legacy = reportMapperFor('policyreport');
  const { group, plural } = legacy.namespaced;
  const isServed = resources.some((type) => type.group === group && type.resource === plural);
  return { written, legacy: isServed ? legacy : undefined };
}
