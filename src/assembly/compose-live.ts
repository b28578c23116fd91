import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditObserver, AuditPorts, AuditRequest } from '../audit/index.ts';
import { createKindFilter, createPolicyFilter, type ScanConfig } from '../config/index.ts';
import type { AuditError } from '../domain/index.ts';
import type { PolicyLog } from '../evaluation/embedded/index.ts';
import { type PolicyEvaluator, withLimit, withRetry } from '../evaluation/index.ts';
import {
  createPolicyServerEvaluator,
  type PolicyServerEvaluatorOptions,
} from '../evaluation/policy-server/index.ts';
import { type Io, toolVersion } from '../host/index.ts';
import { type ClusterConnection, formatServer, type KubernetesClient } from '../kubernetes/index.ts';
import { createTlsSettings, findProxy, type TlsSettings } from '../net/index.ts';
import { otherReportKind, type RenderContext, reportMapperFor } from '../reports/index.ts';
import { createTee, type ReportSink } from '../sinks/index.ts';
import { cleanUpLegacyReports, createReportStore, RunRecords } from '../sinks/kubernetes/index.ts';
import {
  createKubernetesDiscovery,
  createKubernetesNamespaceSource,
  createKubernetesPolicySource,
  createKubernetesResourceSource,
  createPolicyServerResolver,
  watchingForNamespace,
} from '../sources/kubernetes/index.ts';
import { connect, createClient } from './connect.ts';
import { requireNamedNamespaces, requireNamedPolicies } from './named.ts';
import { readPemFile } from './pem-file.ts';

/** Everything that a run of the audit is made of. */
export type ComposedAudit = {
  /** What is about to be scanned, as the end of `Scanning …`. */
  readonly subject: string;
  /** What was scanned, for the documents. */
  readonly target: RenderContext['target'];
  readonly ports: AuditPorts;
  readonly request: AuditRequest;
  /** When the client certificate for policy servers ends, if there is one. */
  readonly clientCertificateExpiresAt: Date | undefined;
  /** Ends what was kept of the run beside its documents. Resolves to why that could not be done, or to undefined. */
  readonly finish?: (() => Promise<AuditError | undefined>) | undefined;
  close(): Promise<void>;
};

export type Surroundings = {
  readonly io: Io;
  readonly observer: AuditObserver;
  /** Sinks besides the store, which comes first where reports are stored. */
  readonly sinks: readonly [ReportSink, ...ReportSink[]];
  /** What an operator should know though it is no failure. */
  readonly onNotice: (text: string) => void;
  /** Aborted when nothing new may begin. */
  readonly stop: AbortSignal;
  /** That the run waits for a policy server; where it is not given, that is a notice as any other. */
  readonly onOutage?: ((text: string) => void) | undefined;
  /** A line that a policy wrote when the engine of this process evaluated it. */
  readonly onPolicyLog: (log: PolicyLog) => void;
};

/** Builds the adapters; the only place that does. Rejects with an AuditError when a file or the kubeconfig cannot be used. */
export async function composeLiveAudit(
  config: ScanConfig,
  surroundings: Surroundings,
): Promise<ComposedAudit> {
  const { io, observer } = surroundings;
  const tls = await readTlsSettings(config);
  const connection = await connect(config, io, surroundings.stop);
  const client = createClient(connection, config.limits.requestTimeoutMs);
  const { evaluator, ...judge } = await createJudge(config, { client, tls, surroundings });
  return {
    ...describe(connection, config),
    request: toRequest(config),
    clientCertificateExpiresAt: tls.clientCertificateExpiresAt,
    ports: {
      discovery: createKubernetesDiscovery(client),
      policies: requireNamedPolicies(createKubernetesPolicySource(client), config.policies),
      namespaces: watchingForNamespace(
        requireNamedNamespaces(createKubernetesNamespaceSource(client)),
        config.kubewardenNamespace,
        ({ message, code }) => {
          surroundings.onNotice(`${message} [${code}]`);
        },
      ),
      resources: createKubernetesResourceSource(client, config.limits.pageSize),
      evaluator,
      ...createStorage(config, client, surroundings),
      cleanUp: createCleanUp(config, client, surroundings),
      observer,
      clock: () => new Date(io.now()),
    },
    finish: judge.finish,
    close: async () => {
      await Promise.all([judge.close(), client.close()]);
    },
  };
}

type JudgeParts = {
  readonly client: KubernetesClient;
  readonly tls: TlsSettings;
  readonly surroundings: Surroundings;
};

/** Who evaluates the policies of the cluster: its policy servers, or this process. */
async function createJudge(
  config: ScanConfig,
  { client, tls, surroundings }: JudgeParts,
): Promise<Pick<ComposedAudit, 'finish' | 'close'> & Pick<AuditPorts, 'evaluator'>> {
  if (config.engine !== undefined) {
    const { createLiveEngine } = await import('./compose-engine.ts');
    return createLiveEngine(config, { client, ...surroundings });
  }
  const resolver = createPolicyServerResolver(client, config);
  const resolve = (signal: AbortSignal) => resolver.resolve(signal);
  const evaluator = createHttpEvaluator(config, { resolve, tls, surroundings });
  return { evaluator, close: () => evaluator.close() };
}

function describe(
  { context, server, user }: ClusterConnection,
  { store, engine }: ScanConfig,
): Pick<ComposedAudit, 'subject' | 'target'> {
  const address = formatServer(server);
  const mode = store ? 'storing reports' : 'read-only';
  const who = engine === undefined ? '' : ', evaluating its policies here';
  return {
    subject: `context ${context} (${address}) as ${user}, ${mode}${who}`,
    target: { context, server: address },
  };
}

/** Reads the PEM files for policy servers. */
export async function readTlsSettings({ tls }: Pick<ScanConfig, 'tls'>): Promise<TlsSettings> {
  const [extraCa, certificate, key] = await Promise.all(
    [tls.extraCa, tls.clientCert, tls.clientKey].map(async (path) =>
      path === undefined ? path : readPemFile(path),
    ),
  );
  const client = certificate === undefined || key === undefined ? undefined : { certificate, key };
  return createTlsSettings({ extraCa, client, verify: !tls.insecure });
}

export type EvaluatorParts = {
  readonly resolve: PolicyServerEvaluatorOptions['resolve'];
  readonly tls: TlsSettings;
  readonly surroundings: Pick<Surroundings, 'io' | 'onNotice' | 'onOutage'>;
};

/** Asks policy servers, with the limit and the retries of a run. */
export function createHttpEvaluator(
  config: ScanConfig,
  { resolve, tls, surroundings }: EvaluatorParts,
): PolicyEvaluator {
  const { io, onNotice, onOutage = onNotice } = surroundings;
  const { concurrency } = config.limits;
  const http = createPolicyServerEvaluator({
    resolve,
    tls,
    findProxy: (server) => findProxy(server, io.env),
    concurrency,
    now: io.now,
  });
  // The retries are outside of the limit: who waits for another try does not keep others from their first.
  return withRetry(withLimit(http, concurrency), {
    now: () => performance.now(),
    delay: (ms, signal) => delay(ms, undefined, { signal }),
    random: Math.random,
    onOutage: (_policyServer, { message }) => {
      onOutage(`${message}; waiting up to 30 s for it to come back`);
    },
  });
}

/** Where reports go, and who records the run. */
function createStorage(
  config: ScanConfig,
  client: KubernetesClient,
  { sinks, onNotice, io }: Surroundings,
): Pick<AuditPorts, 'sink' | 'recorder'> {
  if (!config.store) return { sink: createTee(...sinks) };
  const { keepResultsMs: maxAgeMs, reportKind, runRecord, scope } = config;
  const mapper = reportMapperFor(reportKind);
  const alternative = reportMapperFor(otherReportKind(reportKind));
  const clock = (): Date => new Date(io.now());
  const records = new RunRecords(client, { mapper, toolVersion, clock, onNotice });
  const keep =
    maxAgeMs === undefined || maxAgeMs === 0
      ? undefined
      : { maxAgeMs, readRecord: (signal: AbortSignal) => records.read(signal) };
  const store = createReportStore(client, { mapper, alternative, onNotice, keep });
  const isWhole = scope.cluster && scope.namespaces === 'all';
  return { sink: createTee(store, ...sinks), recorder: runRecord === true && isWhole ? records : undefined };
}

/** OpenReports take the place of PolicyReports, so those that the scanner wrote before go; never the other way round. */
function createCleanUp(
  config: ScanConfig,
  client: KubernetesClient,
  { onNotice }: Surroundings,
): AuditPorts['cleanUp'] {
  if (!config.store || config.reportKind !== 'openreports') return undefined;
  const { scope } = config;
  const legacy = reportMapperFor('policyreport');
  return (signal) => cleanUpLegacyReports(client, { legacy, scope, onNotice, signal });
}

/** What the user asked for, in the words of the audit. */
export function toRequest(config: ScanConfig): AuditRequest {
  const { limits } = config;
  const product = limits.parallelNamespaces * limits.parallelResources * limits.parallelPolicies;
  return {
    runUid: randomUUID(),
    scope: config.scope,
    ignoreNamespaces: config.ignoreNamespaces,
    kubewardenNamespace: config.kubewardenNamespace,
    labelSelector: config.labelSelector,
    acceptsPolicy: createPolicyFilter(config.policies),
    acceptsType: createKindFilter(config.kinds),
    limits: {
      evaluations: Math.min(product, limits.concurrency),
      namespaces: limits.parallelNamespaces,
      resources: limits.parallelResources,
      policies: limits.parallelPolicies,
    },
    compatRequest: config.compatRequest,
    exceptions: config.exceptions,
    partial: isPartial(config),
  };
}

/** Whether the user asked for less than everything. */
function isPartial({
  scope,
  policies,
  kinds,
  labelSelector,
  ignoreNamespaces,
  ...config
}: ScanConfig): boolean {
  return (
    !scope.cluster ||
    scope.namespaces !== 'all' ||
    labelSelector !== undefined ||
    [policies, kinds].some(({ include, exclude }) => include.length + exclude.length > 0) ||
    ignoreNamespaces.some((name) => name !== config.kubewardenNamespace)
  );
}
