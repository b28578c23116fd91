import type { ListedPolicies } from '../../audit/index.ts';
import { AuditError, errorCodes, formatPolicy } from '../../domain/index.ts';
import { type AuditPlan, auditedOf } from '../../matching/index.ts';
import { type DiscoveredApi, type Namespace, policyApi, policyResources } from '../../sources/index.ts';
import { type Check, fail, failedWith, ok, skipped, warn } from './check.ts';

/** Whether the API server says which types it has, as far as the policies need to know. */
export function checkDiscovery(api: DiscoveredApi | AuditError, plan: AuditPlan | undefined): Check {
  const name = 'API discovery';
  if (api instanceof AuditError) return failedWith(name, api);
  const silent = api.failures.map(({ groupVersion }) => groupVersion);
  const types = `${api.resources.length} types`;
  if (silent.length === 0) return ok(name, types);
  const code = errorCodes.discoveryFailed;
  const fixes = ['kubectl get apiservices | grep False'];
  const needed = silent.filter((groupVersion) =>
    plan?.selected.some(({ unknown }) => unknown.includes(groupVersion)),
  );
  if (needed.length > 0)
    return fail(name, { code, fixes, detail: `policies need ${needed.join(', ')}, which does not answer` });
  const detail = `${types}; ${silent.join(', ')} does not answer, and no policy is about it`;
  return warn(name, { code, fixes, detail });
}

/** Whether the API server has the kinds of Kubewarden. */
export function checkDefinitions(api: DiscoveredApi | AuditError): Check {
  const name = 'Kubewarden CRDs';
  if (api instanceof AuditError) return skipped(name);
  const { group, version } = policyApi;
  const served = api.resources.filter((type) => type.group === group);
  const inVersion = served.filter((type) => type.version === version).map(({ resource }) => resource);
  const wanted = [...policyResources.map(({ resource }) => resource), 'policyservers'];
  const missing = wanted.filter((resource) => !inVersion.includes(resource));
  const code = errorCodes.kubewardenMissing;
  const fixes = ['kubectl get crd | grep policies.kubewarden.io'];
  if (inVersion.length === 0) {
    const others = [...new Set(served.map((type) => type.version))].join(', ');
    const instead =
      others === '' ? 'Kubewarden is not installed in this cluster' : `only ${others} is served`;
    return fail(name, { code, fixes, detail: `no ${group}/${version}: ${instead}` });
  }
  if (missing.length === 0) return ok(name, `${group}/${version}`);
  return warn(name, { code, fixes, detail: `${group}/${version} without ${missing.join(', ')}` });
}

/** Which policies a scan would ask. `unresolved` are those whose policy server is checked by itself. */
export function checkPolicies(policies: ListedPolicies | AuditError, plan: AuditPlan | undefined): Check {
  const name = 'policies';
  if (policies instanceof AuditError) return failedWith(name, policies);
  if (plan === undefined) return skipped(name);
  const fixes = ['audit-scanner policies'];
  const broken = [
    ...policies.broken.map((policy) => policy.name),
    ...plan.selected
      .filter(({ status }) => status.state === 'errored')
      .map(({ status }) => formatPolicy(status.policy)),
  ];
  const audited = auditedOf(plan).length;
  const found = policies.policies.length + policies.broken.length;
  const detail = `${found} found: ${[
    `${audited} audited`,
    ...describeSkipped(plan),
    ...(broken.length === 0 ? [] : [`${broken.length} broken: ${nameSome(broken)}`]),
  ].join(', ')}`;
  if (broken.length > 0) return fail(name, { code: errorCodes.policyInvalid, fixes, detail });
  if (audited > 0) return ok(name, detail);
  return fail(name, { code: errorCodes.nothingToScan, fixes, detail: `${detail}; there is nothing to scan` });
}

function describeSkipped({ selected }: AuditPlan): readonly string[] {
  const skippedOnes = selected.filter(({ status }) => status.state === 'skipped');
  if (skippedOnes.length === 0) return [];
  const reasons = new Set(skippedOnes.map(({ status }) => status.reason ?? ''));
  return [`${skippedOnes.length} not audited (${nameSome([...reasons], '; ')})`];
}

const maxNamed = 3;

/** The first few, and how many more there are. */
export function nameSome(names: readonly string[], separator = ', '): string {
  const more = names.length - maxNamed;
  const shown = names.slice(0, maxNamed).join(separator);
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Whether it is known which namespaces there are. */
export function checkNamespaces(namespaces: readonly Namespace[] | AuditError): Check {
  const name = 'namespaces';
  if (namespaces instanceof AuditError) return failedWith(name, namespaces);
  return ok(name, `${namespaces.length} to audit`);
}
