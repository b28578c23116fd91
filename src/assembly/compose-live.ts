import type { AuditPorts } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import { toolVersion } from '../host/index.ts';
import { type ClusterConnection, formatServer, type KubernetesClient } from '../kubernetes/index.ts';
import type { TlsSettings } from '../net/index.ts';
import { otherReportKind, reportMapperFor } from '../reports/index.ts';
import { createTee } from '../sinks/index.ts';
import { cleanUpLegacyReports, createReportStore, RunRecords } from '../sinks/kubernetes/index.ts';
import {
  createKubernetesDiscovery,
  createKubernetesNamespaceSource,
  createKubernetesPolicySource,
  createKubernetesResourceSource,
  createPolicyServerResolver,
  createServiceEndpoints,
  watchingForNamespace,
} from '../sources/kubernetes/index.ts';
import { type ComposedAudit, type Surroundings, toRequest } from './composed-audit.ts';
import { openClient } from './connect.ts';
import { requireNamedNamespaces, requireNamedPolicies } from './named.ts';
import { createHttpEvaluator, readTlsSettings } from './policy-servers.ts';

/** Builds the adapters for a scan of a live cluster. Rejects with an AuditError when a file or the kubeconfig cannot be used. */
export async function composeLiveAudit(
  config: ScanConfig,
  surroundings: Surroundings,
): Promise<ComposedAudit> {
  const { io, observer } = surroundings;
  const tls = await readTlsSettings(config);
  const client = await openClient(config, io, surroundings.stop);
  const { evaluator, ...judge } = await createJudge(config, { client, tls, surroundings });
  return {
    ...describe(client.connection, config),
    request: toRequest(config),
    clientCertificateExpiresAt: tls.clientCertificateExpiresAt,
    ports: {
      discovery: createKubernetesDiscovery(client),
      policies: requireNamedPolicies(
        createKubernetesPolicySource(client),
        config.policies,
        surroundings.tellMissing,
      ),
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
    const { createLiveEngine } = await import('./live-engine.ts');
    return createLiveEngine(config, { client, ...surroundings });
  }
  const resolver = createPolicyServerResolver(client, config);
  const resolve = (signal: AbortSignal) => resolver.resolve(signal);
  const { kubewardenNamespace: namespace, policyServerUrl } = config;
  const endpoints = policyServerUrl === undefined && {
    readEndpoints: createServiceEndpoints(client, { namespace }),
  };
  const evaluator = createHttpEvaluator(config, { resolve, tls, ...endpoints, surroundings });
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
