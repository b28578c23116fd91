import {
  type Checked,
  chooseShard,
  deepFreeze,
  type Environment,
  findMisspeltVariables,
  findTelemetryProblems,
  Given,
  type ScanConfig,
  toTelemetry,
} from '../../config/index.ts';
import { type AuditError, type AuditScope, severities } from '../../domain/index.ts';
import type { LogLevel } from '../../host/index.ts';
import { findCompareConflicts } from './compare.ts';
import { findFileConflicts, findScanConflicts } from './conflicts.ts';
import { findContextsConflicts } from './contexts.ts';
import { chooseEngine, findEngineConflicts } from './engine.ts';
import { findEvidenceConflicts } from './evidence-conflicts.ts';
import { type ScanFlags, type ScanOptions, scanOptions } from './options.ts';
import { findOutputConflicts } from './output-option.ts';
import { withoutOverruled } from './overruled.ts';

import { findPolicyConflicts, namesFiles, namesInstalled, toPolicySources } from './policy-sources.ts';

import { shownResults } from './result-options.ts';

/** Checks the flags of `scan` and the environment variables below them. With paths, files are scanned and not a cluster. */
export function configureScan(
  flags: ScanFlags,
  environment: Environment,
  paths: readonly string[] = [],
): Checked<ScanConfig> {
  const given = new Given(scanOptions, flags, withoutOverruled(environment, flags));
  const checked = given.read();
  const problems: AuditError[] = [
    ...(checked.ok ? findOutputConflicts(checked.value.output) : checked.problems),
    ...findScanConflicts(given, paths),
    ...findFileConflicts(given, paths),
    ...findPolicyConflicts(given, paths),
    ...findCompareConflicts(given),
    ...findContextsConflicts(given, paths),
    ...findEngineConflicts(given, paths),
    ...findEvidenceConflicts(given),
    ...findTelemetryProblems(given),
    ...findMisspeltVariables(environment, scanOptions),
  ];
  if (!checked.ok || problems.length > 0) return { ok: false, problems };
  const { value } = checked;
  const shard = chooseShard(value, environment, {
    usesJob: paths.length === 0 && value.contexts.length === 0,
  });
  if (!shard.ok) return shard;
  return {
    ok: true,
    value: deepFreeze({
      ...toConfig(value),
      ...toEngine(value, paths),
      ...toFiles(value, paths),
      ...(shard.value && { shard: shard.value, jobUid: value.jobUid }),
    }),
  };
}

function toFiles(options: ScanOptions, paths: readonly string[]): Partial<ScanConfig> {
  if (paths.length === 0) return {};
  const { namespace, policies, facts } = options;
  const files = {
    paths,
    kustomizations: options.kustomize,
    facts: {
      paths: facts.filter((path) => path !== 'cluster'),
      // What the policies of a cluster mean is said by its Namespaces and types.
      cluster: facts.includes('cluster') || namesInstalled(policies) || options.compare,
    },
    defaultNamespace: namespace.at(-1) ?? 'default',
    exclude: options.exclude,
    allowEmpty: options.allowEmpty,
    chart: { values: options.values, set: options.set, releaseName: options.releaseName },
    includeCrds: options.includeCrds,
    enableHelm: options.enableHelm,
  };
  return { files, scope: toScope({ ...options, namespace: [] }) };
}

function toEngine(options: ScanOptions, paths: readonly string[]): Partial<ScanConfig> {
  const { engine, policyServerUrl, policies, contexts } = options;
  const files = paths.length > 0 || namesFiles(policies);
  const known = {
    files,
    policyServerUrl: policyServerUrl !== undefined,
    contexts: contexts.length > 0,
  };
  if (chooseEngine(engine, known) === 'policy-server') return {};
  const hostCalls = {
    record: options.recordHostCapabilitiesInteractions,
    replay: options.replayHostCapabilitiesInteractions,
  };
  return { engine: 'embedded', hostCalls, trustRoot: options.sigstoreTrustRoot };
}

function toConfig(options: ScanOptions): ScanConfig {
  return {
    frontDoor: 'scan',
    policySources: toPolicySources(options),
    ...(options.compare && { compare: true as const }),
    ...toTarget(options),
    ...toConnection(options),
    limits: toLimits(options),
    compatRequest: options.compatRequest,
    store: options.store,
    reportKind: options.reportKind,
    keepResultsMs: options.keepResults,
    runRecord: options.store,
    reuse: toReuse(options),
    ...toPresentation(options),
    gate: {
      failOn: options.failOn,
      maxViolations: options.maxViolations,
      includeMonitor: options.includeMonitor,
      onIncomplete: options.onIncomplete,
      exitZero: options.exitZero,
      ...(options.compare && { newOnly: true as const }),
      ...(options.baselineStrict && { baselineStrict: true }),
    },
    exceptionsFile: options.exceptions,
    ...(options.acceptAnnotations && { acceptAnnotations: true as const }),
    ...(options.baseline !== undefined && { baselineSource: options.baseline }),
    ...(options.history !== undefined && { historyFolder: options.history }),
    log: { level: toLogLevel(options), format: options.logFormat },
    outputScan: false,
    terminationMessage: options.terminationMessage === 'auto',
    telemetry: toTelemetry(options),
    ...toAttest(options),
    notices: [],
  };
}

function toAttest({
  attest: file,
  attestKey: path,
  sigstoreSigningConfig: signingConfig,
  attestIdentityToken: token,
}: ScanOptions): Pick<ScanConfig, 'attest'> {
  if (file === undefined) return {};
  if (path !== undefined) return { attest: { file, signer: { kind: 'key', path } } };
  return signingConfig === undefined
    ? {}
    : { attest: { file, signer: { kind: 'identity', signingConfig, token } } };
}

function toLimits(options: ScanOptions): ScanConfig['limits'] {
  return {
    concurrency: options.concurrency,
    load: options.load,
    parallelNamespaces: options.parallelNamespaces ?? Infinity,
    parallelResources: options.parallelResources ?? Infinity,
    parallelPolicies: options.parallelPolicies ?? Infinity,
    pageSize: options.pageSize,
    requestTimeoutMs: options.requestTimeout,
    timeoutMs: options.timeout,
  };
}

/** Of either command line; nothing is young enough for an age of 0. */
export function toReuse({
  reuseResults: ageMs,
  purePolicies,
  verifySample: share,
  verifySeed: seed,
}: Pick<ScanOptions, 'reuseResults' | 'purePolicies' | 'verifySample' | 'verifySeed'>): ScanConfig['reuse'] {
  return ageMs === undefined || ageMs === 0 ? undefined : { ageMs, purePolicies, sample: { share, seed } };
}

function toTarget(options: ScanOptions) {
  return {
    scope: toScope(options),
    ignoreNamespaces: [...new Set(options.excludeNamespaces)],
    labelSelector: options.selector,
    policies: { include: options.policy, exclude: options.excludePolicy },
    kinds: { include: options.includeKinds, exclude: options.excludeKinds },
  };
}

function toScope({ namespace, scope }: ScanOptions): AuditScope {
  const named = namespace.length > 0;
  const effective = scope ?? (named ? 'namespaced' : 'all');
  if (effective === 'cluster') return { cluster: true, namespaces: 'none' };
  return { cluster: effective === 'all', namespaces: named ? [...new Set(namespace)] : 'all' };
}

function toConnection(options: ScanOptions) {
  const { as: user, asGroup: groups } = options;
  return {
    kubewardenNamespace: options.kubewardenNamespace,
    kubeconfig: options.kubeconfig,
    context: options.context,
    ...(options.contexts.length > 0 && { contexts: [...new Set(options.contexts)] }),
    impersonation: user === undefined ? undefined : { user, groups },
    policyServerUrl: options.policyServerUrl,
    ...(options.connections === 'balanced' && { connections: options.connections }),
    tls: {
      extraCa: options.extraCa,
      clientCert: options.clientCert,
      clientKey: options.clientKey,
      insecure: options.insecureSkipTlsVerify,
    },
  };
}

function toPresentation(options: ScanOptions): Pick<ScanConfig, 'outputs' | 'display'> {
  const { output, quiet, severity, show } = options;
  const results = show.flatMap((result) => (result === 'all' ? shownResults : [result]));
  return {
    outputs: output.length > 0 || quiet ? output : [{ format: 'table', file: undefined }],
    display: {
      filter: { severities: severity.length > 0 ? severity : [...severities, 'unset'], results },
      summary: !options.noSummary,
      view: { rollUp: !options.noRollUp, groupBy: options.groupBy },
      headers: !options.noHeaders,
      quiet,
      verbose: options.verbose > 0,
      color: options.noColor ? 'never' : options.color,
      progress: options.progress,
    },
  };
}

function toLogLevel({ logLevel, quiet, verbose }: ScanOptions): LogLevel {
  if (logLevel !== undefined) return logLevel;
  if (quiet) return 'error';
  return (['warning', 'info'] as const)[verbose] ?? 'debug';
}
