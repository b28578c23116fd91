import type { PolicySourcesConfig } from '../../config/index.ts';
import type { AuditError } from '../../domain/index.ts';
import { conflict } from './conflicts.ts';
import { type GivenToScan, moduleFlags, type ScanOptions } from './options.ts';

/** What --policies calls those that are installed in the cluster; a folder of that name is `./cluster`. */
const installedPolicies = 'cluster';

/** Whether any of what --policies names is a path. */
export function namesFiles(policies: readonly string[]): boolean {
  return policies.some((name) => name !== installedPolicies);
}

/** Whether --policies names those that are installed. */
export function namesInstalled(policies: readonly string[]): boolean {
  return policies.includes(installedPolicies);
}

/** Without --policies, they are those that are installed. */
export function toPolicySources(options: ScanOptions): PolicySourcesConfig {
  const paths = options.policies.filter((name) => name !== installedPolicies);
  if (paths.length === 0) return { installed: true, files: undefined };
  const modules = {
    offline: options.offline,
    sources: options.sourcesPath,
    verificationConfig: options.verificationConfigPath,
    dockerConfig: options.dockerConfigJsonPath,
  };
  // Several are named to be scanned, and none of them is the one that kubectl would take.
  const [only, ...others] = options.namespace;
  const defaultNamespace = only !== undefined && others.length === 0 ? only : 'default';
  const installed = options.compare || namesInstalled(options.policies);
  return { installed, files: { paths, defaultNamespace, modules } };
}

/** What the options contradict each other in about where policies come from. */
export function findPolicyConflicts(given: GivenToScan, paths: readonly string[]): readonly AuditError[] {
  const policies = given.textsOf('policies');
  const isLive = paths.length === 0;
  const asksCluster = isLive || given.isOn('compare') || namesInstalled(policies);
  const isStored = isLive && given.isOn('store');
  if (namesFiles(policies))
    return [...(isStored ? [whyNotStored()] : []), ...findOffline(given, { isLive, asksCluster })];
  const lost = asksCluster ? given.flagsAmong(moduleFlags) : [];
  return [...findOffline(given, { isLive, asksCluster }), ...lost.map(whyNoTerms)];
}

function whyNotStored(): AuditError {
  return conflict(
    '--store stores the verdicts of installed policies, but --policies names files',
    'Reports would hold verdicts of policies that are not installed.',
  );
}

function findOffline(
  given: GivenToScan,
  { isLive, asksCluster }: { readonly isLive: boolean; readonly asksCluster: boolean },
): readonly AuditError[] {
  if (!asksCluster || !given.isOn('offline')) return [];
  const ofPolicies = given.isOn('compare') ? '--compare' : '--policies cluster';
  const asking = isLive ? 'a scan without PATH' : ofPolicies;
  const fact = asking === '--policies cluster' ? 'A folder of that name is ./cluster.' : undefined;
  return [conflict(`${asking} asks a cluster, but --offline stays on this machine`, fact)];
}

function whyNoTerms(flag: string): AuditError {
  return conflict(
    `${flag} needs policies of files: --policies PATH`,
    'The PolicyServers of installed policies decide how their modules are fetched.',
  );
}
