import { z } from 'zod';
import { type AuditError, type AuditScope } from '../domain/index.ts';
import { type LogLevel, logLevels } from '../host/index.ts';
import type { ReportKind } from '../reports/index.ts';
import { deepFreeze, type ScanConfig } from './config.ts';
import { findPairProblems } from './conflicts.ts';
import { dropInOptions } from './drop-in-options.ts';
import { type Checked, check, commaSeparated, oneOf, required, single } from './schema.ts';
import { type FlagValues, mergeSources } from './sources.ts';
import {
  asIs,
  Invalid,
  isNamespaceName,
  optional,
  parseBoolean,
  parseHttpUrl,
  parseInteger,
  parseNamespace,
} from './values.ts';

const reportKinds: Readonly<Record<string, ReportKind>> = {
  openreport: 'openreports',
  openreports: 'openreports',
  policyreport: 'policyreport',
  policyreports: 'policyreport',
};

function parseReportKind(text: string): ReportKind | Invalid {
  const kind = Object.hasOwn(reportKinds, text) ? reportKinds[text] : undefined;
  const sentence = `invalid report-kind '${text}': supported values are 'openreports' and 'policyreport'`;
  return kind ?? new Invalid('', sentence);
}

const bound = parseInteger(1);
const path = optional(asIs);

const schema = z.object({
  namespace: single(optional(parseNamespace)),
  cluster: required(parseBoolean),
  kubewardenNamespace: required(parseNamespace),
  policyServerUrl: single(optional(parseHttpUrl)),
  loglevel: required(
    oneOf<LogLevel>(logLevels, { '': 'info', warn: 'warning', trace: 'debug', fatal: 'error' }),
  ),
  outputScan: required(parseBoolean),
  ignoreNamespaces: commaSeparated(asIs),
  insecureSsl: required(parseBoolean),
  extraCa: single(path),
  clientCert: single(path),
  clientKey: single(path),
  disableStore: required(parseBoolean),
  parallelNamespaces: required(bound),
  parallelResources: required(bound),
  parallelPolicies: required(bound),
  pageSize: required(parseInteger(0)),
  reportKind: required(parseReportKind),
  concurrency: required(bound),
  compatRequest: required(parseBoolean),
  runRecord: required(parseBoolean),
});

type Options = z.output<typeof schema>;

/** Checks the reference's flags. Problems say what the reference says, where it says something. */
export function configureDropIn(flags: FlagValues): Checked<ScanConfig> {
  const raw = mergeSources(dropInOptions, flags, {});
  const checked = check(schema, raw);
  const problems: AuditError[] = [...(checked.ok ? [] : checked.problems), ...findPairProblems(raw)];
  return checked.ok && problems.length === 0
    ? { ok: true, value: deepFreeze(toConfig(checked.value)) }
    : { ok: false, problems };
}

function toConfig(options: Options): ScanConfig {
  return {
    frontDoor: 'drop-in',
    scope: toScope(options),
    ...toNamespaces(options),
    kubewardenNamespace: options.kubewardenNamespace,
    kubeconfig: undefined,
    context: undefined,
    impersonation: undefined,
    policyServerUrl: options.policyServerUrl,
    tls: {
      extraCa: options.extraCa,
      clientCert: options.clientCert,
      clientKey: options.clientKey,
      insecure: options.insecureSsl,
    },
    labelSelector: undefined,
    policies: { include: [], exclude: [] },
    kinds: { include: [], exclude: [] },
    limits: {
      concurrency: options.concurrency,
      parallelNamespaces: options.parallelNamespaces,
      parallelResources: options.parallelResources,
      parallelPolicies: options.parallelPolicies,
      pageSize: options.pageSize,
      requestTimeoutMs: 30_000,
      timeoutMs: undefined,
    },
    compatRequest: options.compatRequest,
    store: !options.disableStore,
    reportKind: options.reportKind,
    runRecord: options.runRecord && !options.disableStore,
    outputs: [],
    ...presentation,
    log: { level: options.loglevel, format: 'json' },
    outputScan: options.outputScan,
    terminationMessage: true,
  };
}

/** The reference ends with 0 after a finished scan, whatever was found, and writes nothing but its log. */
const presentation: Pick<ScanConfig, 'display' | 'gate'> = {
  display: {
    filter: { severities: [], results: [] },
    summary: false,
    headers: false,
    quiet: true,
    verbose: false,
    color: 'never',
    progress: 'none',
  },
  gate: { failOn: 'never', maxViolations: 0, includeMonitor: false, onIncomplete: 'warn', exitZero: false },
};

function toScope({ cluster, namespace }: Options): AuditScope {
  if (cluster) return { cluster: true, namespaces: 'none' };
  return namespace === undefined
    ? { cluster: true, namespaces: 'all' }
    : { cluster: false, namespaces: [namespace] };
}

function toNamespaces(options: Options): Pick<ScanConfig, 'ignoreNamespaces' | 'notices'> {
  const { cluster, namespace, ignoreNamespaces } = options;
  // Not an error: with the reference, a name that no namespace can have is a name that is never met.
  const unusable = ignoreNamespaces.filter((name) => !isNamespaceName(name));
  return {
    ignoreNamespaces: [...new Set(ignoreNamespaces.filter((name) => !unusable.includes(name)))],
    notices: [
      ...(cluster && namespace !== undefined
        ? ['Cannot scan cluster wide and only a namespace at the same time']
        : []),
      ...(options.runRecord && (cluster || namespace !== undefined)
        ? ['--run-record: only a run over the whole cluster is recorded']
        : []),
      ...unusable.map((name) => `warning: --ignore-namespaces: "${name}" cannot be the name of a namespace`),
    ],
  };
}
