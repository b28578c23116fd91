import {
  type Checked,
  chooseShard,
  deepFreeze,
  type Environment,
  environmentVariable,
  findTelemetryProblems,
  Given,
  isNamespaceName,
  type ScanConfig,
  shardGroup,
  toTelemetry,
} from '../../config/index.ts';
import type { AuditScope } from '../../domain/index.ts';
import { conflict, findPairProblems, findReuseProblems, toReuse } from '../scan/index.ts';
import { type DropInFlags, type DropInOptions, dropInOptions } from './options.ts';

/** The Go scanner reads no variables; these are how a Job tells its Pods apart. */
const variables = shardGroup.options.map(({ name }) => environmentVariable(name));

/** Checks the Go scanner's flags. Problems say what the Go scanner says, where it says something. */
export function configureDropIn(flags: DropInFlags, environment: Environment = {}): Checked<ScanConfig> {
  const ours = Object.fromEntries(Object.entries(environment).filter(([name]) => variables.includes(name)));
  const given = new Given(dropInOptions, flags, ours);
  const checked = given.read();
  const problems = [
    ...(checked.ok ? [] : checked.problems),
    ...findPairProblems(given),
    ...findReuseProblems(given),
    ...findTelemetryProblems(given),
    ...(given.isSet('reuse-results') && given.isOn('disable-store')
      ? [conflict('--reuse-results reuses what is stored, and --disable-store stores nothing')]
      : []),
  ];
  if (!checked.ok || problems.length > 0) return { ok: false, problems };
  const { value } = checked;
  const shard = chooseShard(value, environment, { usesJob: true });
  if (!shard.ok) return shard;
  const part = shard.value && { shard: shard.value, jobUid: value.jobUid };
  return { ok: true, value: deepFreeze({ ...toConfig(value), ...part }) };
}

function toConfig(options: DropInOptions): ScanConfig {
  return {
    frontDoor: 'drop-in',
    scope: toScope(options),
    ...toNamespaces(options),
    kubewardenNamespace: options.kubewardenNamespace,
    kubeconfig: undefined,
    context: undefined,
    impersonation: undefined,
    ...toServers(options),
    labelSelector: undefined,
    policies: { include: [], exclude: [] },
    kinds: { include: [], exclude: [] },
    limits: {
      concurrency: options.concurrency,
      load: options.load,
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
    // The next run goes by the marks in it.
    runRecord: (options.runRecord || toReuse(options) !== undefined) && !options.disableStore,
    reuse: toReuse(options),
    policySources: { installed: true, files: undefined },
    outputs: [],
    ...presentation,
    log: { level: options.loglevel, format: 'json' },
    outputScan: options.outputScan,
    terminationMessage: true,
    telemetry: toTelemetry(options),
  };
}

function toServers(options: DropInOptions): Pick<ScanConfig, 'policyServerUrl' | 'connections' | 'tls'> {
  return {
    policyServerUrl: options.policyServerUrl,
    ...(options.connections === 'balanced' && { connections: options.connections }),
    tls: {
      extraCa: options.extraCa,
      clientCert: options.clientCert,
      clientKey: options.clientKey,
      insecure: options.insecureSsl,
    },
  };
}

/** The Go scanner ends with 0 after a finished scan, whatever was found, and writes nothing but its log. */
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

function toScope({ cluster, namespace }: DropInOptions): AuditScope {
  if (cluster) return { cluster: true, namespaces: 'none' };
  return namespace === undefined
    ? { cluster: true, namespaces: 'all' }
    : { cluster: false, namespaces: [namespace] };
}

function toNamespaces(options: DropInOptions): Pick<ScanConfig, 'ignoreNamespaces' | 'notices'> {
  const { cluster, namespace, ignoreNamespaces } = options;
  // Not an error: with the Go scanner, a name that no namespace can have is a name that is never met.
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
