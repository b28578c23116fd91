import { z } from 'zod';
import { type AuditError, type AuditScope, type ResultStatus, severities } from '../domain/index.ts';
import { type LogLevel, logLevels } from '../host/index.ts';
import { failOnLevels } from '../verdict/index.ts';
import { deepFreeze, type ScanConfig } from './config.ts';
import { findFileConflicts, findScanConflicts } from './conflicts.ts';
import { chooseEngine, engines, findEngineConflicts } from './engine.ts';
import { findMisspeltVariables } from './misspelt-variables.ts';
import { findOutputConflicts, parseOutput } from './output.ts';
import { scanOptions } from './scan-options.ts';
import { type Checked, check, commaSeparated, counted, each, oneOf, required, single } from './schema.ts';
import { type Environment, type FlagValues, mergeSources, withoutOverruled } from './sources.ts';
import {
  asIs,
  optional,
  parseAge,
  parseBoolean,
  parseDuration,
  parseHttpUrl,
  parseInteger,
  parseNamespace,
  parseSelector,
} from './values.ts';

const bound = parseInteger(1);
const path = optional(asIs);
const whenToShow: readonly ResultStatus[] = ['fail', 'error', 'pass'];

const schema = z.object({
  namespace: commaSeparated(parseNamespace),
  allNamespaces: required(parseBoolean),
  excludeNamespaces: commaSeparated(parseNamespace),
  scope: single(oneOf(['all', 'cluster', 'namespaced'])),
  selector: single(optional(parseSelector)),
  policy: commaSeparated(asIs),
  excludePolicy: commaSeparated(asIs),
  includeKinds: commaSeparated(asIs),
  excludeKinds: commaSeparated(asIs),
  policies: each(asIs),
  facts: each(asIs),
  exclude: each(asIs),
  allowEmpty: required(parseBoolean),
  values: each(asIs),
  set: each(asIs),
  releaseName: single(path),
  includeCrds: required(parseBoolean),
  enableHelm: required(parseBoolean),
  offline: required(parseBoolean),
  sourcesPath: single(path),
  verificationConfigPath: single(path),
  dockerConfigJsonPath: single(path),
  engine: single(optional(oneOf(engines))),
  sigstoreTrustRoot: single(path),
  recordHostCapabilitiesInteractions: single(path),
  replayHostCapabilitiesInteractions: single(path),
  kubeconfig: single(path),
  context: single(path),
  as: single(path),
  asGroup: each(asIs),
  requestTimeout: single(parseDuration),
  kubewardenNamespace: required(parseNamespace),
  policyServerUrl: single(optional(parseHttpUrl)),
  extraCa: single(path),
  clientCert: single(path),
  clientKey: single(path),
  insecureSkipTlsVerify: required(parseBoolean),
  output: each(parseOutput),
  severity: commaSeparated(oneOf([...severities, 'unset'], { '-': 'unset' })),
  show: commaSeparated(oneOf([...whenToShow, 'all'])),
  noSummary: required(parseBoolean),
  noHeaders: required(parseBoolean),
  failOn: required(oneOf(failOnLevels)),
  maxViolations: required(parseInteger(0)),
  includeMonitor: required(parseBoolean),
  onIncomplete: required(oneOf(['fail', 'warn'])),
  exitZero: required(parseBoolean),
  exceptions: single(path),
  store: required(parseBoolean),
  reportKind: required(
    oneOf(['openreports', 'policyreport'], { openreport: 'openreports', policyreports: 'policyreport' }),
  ),
  keepResults: required(parseAge),
  concurrency: required(bound),
  pageSize: required(parseInteger(0)),
  timeout: single(parseDuration),
  compatRequest: required(parseBoolean),
  parallelNamespaces: single(bound),
  parallelResources: single(bound),
  parallelPolicies: single(bound),
  quiet: required(parseBoolean),
  verbose: counted,
  logLevel: single(optional(oneOf<LogLevel>(logLevels, { warn: 'warning', trace: 'debug', fatal: 'error' }))),
  logFormat: required(oneOf(['text', 'json'])),
  color: required(oneOf(['auto', 'always', 'never'])),
  noColor: required(parseBoolean),
  progress: required(oneOf(['auto', 'plain', 'none'])),
  terminationMessage: required(oneOf(['auto', 'off'])),
  disableStore: required(parseBoolean),
  outputScan: required(parseBoolean),
});

type Options = z.output<typeof schema>;

/** Checks the flags of `scan` and the environment variables below them. With paths, files are scanned and not a cluster. */
export function configureScan(
  flags: FlagValues,
  environment: Environment,
  paths: readonly string[] = [],
): Checked<ScanConfig> {
  const raw = mergeSources(scanOptions, flags, withoutOverruled(environment, flags));
  const checked = check(schema, raw);
  const problems: AuditError[] = [
    ...(checked.ok ? findOutputConflicts(checked.value.output) : checked.problems),
    ...findScanConflicts(raw, paths),
    ...findFileConflicts(raw, paths),
    ...findEngineConflicts(raw, paths),
    ...findMisspeltVariables(environment, scanOptions),
  ];
  return checked.ok && problems.length === 0
    ? {
        ok: true,
        value: deepFreeze({
          ...toConfig(checked.value),
          ...toEngine(checked.value, paths),
          ...toFiles(checked.value, paths),
        }),
      }
    : { ok: false, problems };
}

function toFiles(options: Options, paths: readonly string[]): Partial<ScanConfig> {
  if (paths.length === 0) return {};
  const { namespace, policies, facts, offline } = options;
  const { sourcesPath, verificationConfigPath, dockerConfigJsonPath } = options;
  const modules = {
    sources: sourcesPath,
    verificationConfig: verificationConfigPath,
    dockerConfig: dockerConfigJsonPath,
  };
  const known = { paths: facts.filter((path) => path !== 'cluster'), cluster: facts.includes('cluster') };
  const files = {
    paths,
    policies,
    facts: known,
    offline,
    modules,
    defaultNamespace: namespace.at(-1) ?? 'default',
    exclude: options.exclude,
    allowEmpty: options.allowEmpty,
    chart: { values: options.values, set: options.set, releaseName: options.releaseName },
    includeCrds: options.includeCrds,
    enableHelm: options.enableHelm,
  };
  return { files, scope: toScope({ ...options, namespace: [] }) };
}

function toEngine(options: Options, paths: readonly string[]): Partial<ScanConfig> {
  const { engine, policyServerUrl } = options;
  const known = { files: paths.length > 0, policyServerUrl: policyServerUrl !== undefined };
  if (chooseEngine(engine, known) === 'policy-server') return {};
  const hostCalls = {
    record: options.recordHostCapabilitiesInteractions,
    replay: options.replayHostCapabilitiesInteractions,
  };
  return { engine: 'embedded', hostCalls, trustRoot: options.sigstoreTrustRoot };
}

function toConfig(options: Options): ScanConfig {
  return {
    frontDoor: 'scan',
    ...toTarget(options),
    ...toConnection(options),
    limits: {
      concurrency: options.concurrency,
      parallelNamespaces: options.parallelNamespaces ?? Infinity,
      parallelResources: options.parallelResources ?? Infinity,
      parallelPolicies: options.parallelPolicies ?? Infinity,
      pageSize: options.pageSize,
      requestTimeoutMs: options.requestTimeout,
      timeoutMs: options.timeout,
    },
    compatRequest: options.compatRequest,
    store: options.store,
    reportKind: options.reportKind,
    keepResultsMs: options.keepResults,
    runRecord: options.store,
    ...toPresentation(options),
    gate: {
      failOn: options.failOn,
      maxViolations: options.maxViolations,
      includeMonitor: options.includeMonitor,
      onIncomplete: options.onIncomplete,
      exitZero: options.exitZero,
    },
    exceptionsFile: options.exceptions,
    log: { level: toLogLevel(options), format: options.logFormat },
    outputScan: false,
    terminationMessage: options.terminationMessage === 'auto',
    notices: [],
  };
}

function toTarget(options: Options) {
  return {
    scope: toScope(options),
    ignoreNamespaces: [...new Set(options.excludeNamespaces)],
    labelSelector: options.selector,
    policies: { include: options.policy, exclude: options.excludePolicy },
    kinds: { include: options.includeKinds, exclude: options.excludeKinds },
  };
}

function toScope({ namespace, scope }: Options): AuditScope {
  const named = namespace.length > 0;
  const effective = scope ?? (named ? 'namespaced' : 'all');
  if (effective === 'cluster') return { cluster: true, namespaces: 'none' };
  return { cluster: effective === 'all', namespaces: named ? [...new Set(namespace)] : 'all' };
}

function toConnection(options: Options) {
  const { as: user, asGroup: groups } = options;
  return {
    kubewardenNamespace: options.kubewardenNamespace,
    kubeconfig: options.kubeconfig,
    context: options.context,
    impersonation: user === undefined ? undefined : { user, groups },
    policyServerUrl: options.policyServerUrl,
    tls: {
      extraCa: options.extraCa,
      clientCert: options.clientCert,
      clientKey: options.clientKey,
      insecure: options.insecureSkipTlsVerify,
    },
  };
}

function toPresentation(options: Options): Pick<ScanConfig, 'outputs' | 'display'> {
  const { output, quiet, severity, show } = options;
  const results = show.flatMap((result) => (result === 'all' ? whenToShow : [result]));
  return {
    outputs: output.length > 0 || quiet ? output : [{ format: 'table', file: undefined }],
    display: {
      filter: { severities: severity.length > 0 ? severity : [...severities, 'unset'], results },
      summary: !options.noSummary,
      headers: !options.noHeaders,
      quiet,
      verbose: options.verbose > 0,
      color: options.noColor ? 'never' : options.color,
      progress: options.progress,
    },
  };
}

function toLogLevel({ logLevel, quiet, verbose }: Options): LogLevel {
  if (logLevel !== undefined) return logLevel;
  if (quiet) return 'error';
  return (['warning', 'info'] as const)[verbose] ?? 'debug';
}
