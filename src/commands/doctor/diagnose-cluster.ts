import { performance } from 'node:perf_hooks';
import { type Facts, gatherFacts, type Preflight, planFromFacts } from '../../assembly/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import {
  describeCredentials,
  fetchCertificateExpiry,
  isApiStatus,
  requestJson,
} from '../../kubernetes/index.ts';
import type { AuditPlan } from '../../matching/index.ts';
import { otherReportKind, reportMapperFor } from '../../reports/index.ts';
import { loadNeeds } from '../rbac/index.ts';
import { checkReading, checkReportDefinitions, checkStoring } from './access-checks.ts';
import { checkExpiry } from './certificate-checks.ts';
import { type Check, failedWith, ok, skipped } from './check.ts';
import { checkDefinitions, checkDiscovery, checkNamespaces, checkPolicies } from './cluster-checks.ts';

export type ClusterExamination = {
  readonly checks: readonly Check[];
  /** Undefined where it is not known what a scan would do. */
  readonly plan: AuditPlan | undefined;
};

const apiServer = 'API server';
const apiCertificate = 'API server certificate';
const credentials = 'credentials';
const behindTheApi = [
  'API discovery',
  'Kubewarden CRDs',
  'policies',
  'namespaces',
  'list permission',
  'report permission',
  'report CRDs',
];

/** The same lines where there is no cluster to ask. */
export function uncheckedCluster(): readonly Check[] {
  return [apiServer, apiCertificate, credentials, ...behindTheApi].map((name) => skipped(name));
}

/** Everything that the API server can tell. Never rejects for what does not work: that is a check. */
export async function diagnoseCluster(
  scan: ScanConfig,
  preflight: Preflight,
  { io, signal }: { readonly io: Io; readonly signal: AbortSignal },
): Promise<ClusterExamination> {
  const [reached, certificate, proof] = await Promise.all([
    checkApiServer(preflight, signal),
    checkApiCertificate(preflight, io),
    checkCredentials(preflight, io),
  ]);
  if (reached.result === 'fail') {
    const unchecked = behindTheApi.map((name) => skipped(name));
    return { checks: [reached, certificate, proof, ...unchecked], plan: undefined };
  }
  const facts = await gatherFacts(preflight.ports, preflight.request, signal);
  const plan = planFromFacts(facts, preflight.request);
  const checks = [
    reached,
    certificate,
    proof,
    checkDiscovery(facts.api, plan),
    scan.policySources.installed ? checkDefinitions(facts.api) : notNeeded(),
    checkPolicies(facts.policies, plan),
    checkNamespaces(facts.namespaces),
    ...(await checkPermissions(scan, { preflight, facts, plan }, signal)),
    checkReportDefinitions(facts.api, reportsOf(scan)),
  ];
  return { checks, plan };
}

/** Policies of files are asked of a cluster that has none. */
function notNeeded(): Check {
  return skipped('Kubewarden CRDs', 'not needed: all policies are of files');
}

async function checkApiServer({ client }: Preflight, signal: AbortSignal): Promise<Check> {
  const startedAt = performance.now();
  const inTime = (what: string): Check =>
    ok(apiServer, `${what}, ${Math.round(performance.now() - startedAt)} ms`);
  try {
    const version = await requestJson(client, { method: 'GET', path: '/version', maxTries: 2, signal });
    const known = typeof version === 'object' && version !== null && 'gitVersion' in version;
    return inTime(known ? String(version.gitVersion) : 'it does not say its version');
  } catch (thrown) {
    if (!(thrown instanceof AuditError)) throw thrown;
    // Not everybody may ask for the version, but whoever is told so has reached it.
    if (isApiStatus(thrown, 403)) return inTime('it answers');
    const isRefused = thrown.code === errorCodes.unauthorized || thrown.code === errorCodes.noCredentials;
    const context = ` --context ${client.connection.context}`;
    return failedWith(apiServer, thrown, {
      facts: isRefused ? 0 : 1,
      otherwise: [isRefused ? `kubectl auth whoami${context}` : `kubectl cluster-info${context}`],
    });
  }
}

async function checkApiCertificate({ client }: Preflight, { now }: Io): Promise<Check> {
  const certificate = await fetchCertificateExpiry(client.connection);
  if (certificate === undefined) return skipped(apiCertificate, 'it cannot be seen from here');
  const fixes = ['kubeadm certs renew apiserver'];
  return checkExpiry(apiCertificate, certificate, {
    now: now(),
    code: errorCodes.apiCertificateExpiresSoon,
    fixes,
  });
}

async function checkCredentials({ client }: Preflight, { now }: Io): Promise<Check> {
  try {
    const facts = describeCredentials(await client.connection.authenticate(false));
    if (facts.kind === 'certificate') {
      const fixes = ['kubeadm certs check-expiration'];
      const code = errorCodes.credentialsExpireSoon;
      return checkExpiry(credentials, facts, { now: now(), code, fixes });
    }
    if (facts.kind !== 'token') return ok(credentials, facts.kind);
    return ok(
      credentials,
      facts.expiresAt === undefined ? 'token' : `token until ${facts.expiresAt.toISOString()}`,
    );
  } catch (thrown) {
    if (thrown instanceof AuditError) return failedWith(credentials, thrown);
    throw thrown;
  }
}

type Known = {
  readonly preflight: Preflight;
  readonly facts: Facts;
  readonly plan: AuditPlan | undefined;
};

async function checkPermissions(
  scan: ScanConfig,
  { preflight: { reviewer }, facts, plan }: Known,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { api, namespaces } = facts;
  if (api instanceof AuditError) return [skipped('list permission'), skipped('report permission')];
  const known = namespaces instanceof AuditError ? undefined : namespaces.map(({ name }) => name);
  const fix = `audit-scanner rbac --missing${repeatFlags(scan)} | kubectl apply -f -`;
  try {
    const { findNeeds, toNeedsOptions, reviewNeeds } = await loadNeeds();
    const needs = findNeeds(toNeedsOptions(scan, { ...facts, api, plan }));
    const reviewed = await reviewNeeds(needs, { reviewer, namespaces: known }, signal);
    return [
      checkReading(reviewed, { typesKnown: plan !== undefined, fix }),
      checkStoring(reviewed, { store: scan.store, fix }),
    ];
  } catch (thrown) {
    if (thrown instanceof AuditError)
      return [failedWith('list permission', thrown), skipped('report permission')];
    throw thrown;
  }
}

/** The flags that say of which scan this is about, as they have to be typed again. */
function repeatFlags({
  kubeconfig,
  context,
  impersonation,
  scope,
  engine,
  connections,
  store,
  reportKind,
  baselineSource,
  policySources,
}: ScanConfig): string {
  const namespace = typeof scope.namespaces === 'string' ? undefined : scope.namespaces.join(',');
  const as = impersonation?.user;
  const baseline = baselineSource === 'cluster' ? baselineSource : undefined;
  const values = { kubeconfig, context, as, namespace, engine: engine && 'embedded', connections, baseline };
  const named = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name} ${value}`],
  );
  const policies = toPolicyFlags(policySources);
  return [...named, ...policies, ...(store ? [` --store --report-kind ${reportKind}`] : [])].join('');
}

function toPolicyFlags({ installed, files }: ScanConfig['policySources']): readonly string[] {
  const paths = [...(installed && files !== undefined ? ['cluster'] : []), ...(files?.paths ?? [])];
  return paths.map((path) => ` --policies ${path}`);
}

function reportsOf({ store, reportKind }: ScanConfig): Parameters<typeof checkReportDefinitions>[1] {
  return {
    chosen: reportMapperFor(reportKind),
    other: reportMapperFor(otherReportKind(reportKind)),
    store,
  };
}
