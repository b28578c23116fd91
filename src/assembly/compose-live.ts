import type { AuditPorts } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import type { AuditError } from '../domain/index.ts';
import type { Io } from '../host/index.ts';
import { type ClusterConnection, formatServer, type KubernetesClient } from '../kubernetes/index.ts';
import type { TlsSettings } from '../net/index.ts';
import type { OwnerSource, PolicySource } from '../sources/index.ts';
import {
  createKubernetesDiscovery,
  createKubernetesNamespaceSource,
  createKubernetesOwnerSource,
  createKubernetesPolicySource,
  createKubernetesResourceSource,
  createPolicyServerResolver,
  createServiceEndpoints,
  identifyCluster,
  watchingForNamespace,
} from '../sources/kubernetes/index.ts';
import { type ComposedAudit, describePolicies, type Surroundings, toRequest } from './composed-audit.ts';
import { openClient } from './connect.ts';
import { requireNamedNamespaces, requireNamedPolicies } from './named.ts';
import { asksForOwners } from './owners.ts';
import { createHttpEvaluator, readTlsSettings } from './policy-servers.ts';
import type { PolicySet } from './policy-set.ts';
import { createStorage, type Judge, judgeByProgram, judgeByServer } from './storage.ts';

/** Builds the adapters for a scan of a live cluster. Rejects with an AuditError when a file or the kubeconfig cannot be used. */
export async function composeLiveAudit(
  config: ScanConfig,
  surroundings: Surroundings,
): Promise<ComposedAudit> {
  const { io, observer, part } = surroundings;
  const tls = await readTlsSettings(config);
  const client = await openPart(config, surroundings);
  const policies = await openPolicies(config, client, surroundings);
  const source = policies?.source ?? createKubernetesPolicySource(client);
  const { finish, close, ...judge } = await createJudge(config, { client, tls, surroundings, policies });
  const { reuse, sampleSeed, lastCompleteAt, wasViolated, ...storage } = createStorage(
    config,
    client,
    surroundings,
  );
  return {
    ...describe(client.connection, config),
    request: {
      ...toRequest(config, part?.share),
      ...(sampleSeed !== undefined && { reuse: { sampleSeed } }),
    },
    clientCertificateExpiresAt: tls.clientCertificateExpiresAt,
    ports: {
      ...createSources(config, client, { ...surroundings, source }),
      evaluator: reuse?.(judge) ?? judge.evaluator,
      ...storage,
      observer,
      clock: () => new Date(io.now()),
    },
    finish,
    lastCompleteAt,
    wasViolated,
    identify: () => identifyCluster(client),
    announce: config.telemetry?.events === true ? announceWith(client, io) : undefined,
    close: async () => {
      // The caller closes the client.
      await Promise.all([close(), part === undefined && client.close(), policies?.close()]);
    },
  };
}

/** That of a run over several clusters is connected already. */
async function openPart(
  config: ScanConfig,
  { part, io, stop, instruments }: Surroundings,
): Promise<KubernetesClient> {
  return part?.client ?? openClient(config, { io, signal: stop, instruments });
}

type SourceParts = Surroundings & { readonly source: PolicySource };

/** What is read of the cluster. */
function createSources(
  config: ScanConfig,
  client: KubernetesClient,
  { source, ...surroundings }: SourceParts,
): Pick<AuditPorts, 'discovery' | 'policies' | 'namespaces' | 'resources' | 'owners'> {
  const onMissing = ({ message, code }: AuditError): void => {
    surroundings.onNotice(`${message} [${code}]`);
  };
  return {
    discovery: createKubernetesDiscovery(client),
    policies: requireNamedPolicies(source, config.policies, surroundings.tellMissing),
    namespaces: watchingForNamespace(
      requireNamedNamespaces(createKubernetesNamespaceSource(client)),
      config.kubewardenNamespace,
      onMissing,
    ),
    resources: createKubernetesResourceSource(client, config.limits.pageSize),
    owners: createOwners(config, client, surroundings),
  };
}

function createOwners(
  config: ScanConfig,
  client: KubernetesClient,
  { onNotice }: Surroundings,
): OwnerSource | undefined {
  if (!asksForOwners(config)) return undefined;
  const everywhere = config.scope.namespaces === 'all';
  return createKubernetesOwnerSource(client, { everywhere, onNotice });
}

/** Undefined where all of them are installed: then who evaluates them knows what to do with them. */
async function openPolicies(
  config: ScanConfig,
  client: KubernetesClient,
  surroundings: Surroundings,
): Promise<PolicySet | undefined> {
  if (config.policySources.files === undefined) return undefined;
  return (await import('./open-policies.ts')).openPolicySet(config, { ...surroundings, client });
}

function announceWith(client: KubernetesClient, { env, now }: Io): ComposedAudit['announce'] {
  return async (news) => {
    const { announceOnJob } = await import('../telemetry/events/index.ts');
    await announceOnJob(client, news, { env, now: () => new Date(now()) });
  };
}

type JudgeParts = {
  readonly client: KubernetesClient;
  readonly policies: PolicySet | undefined;
  readonly tls: TlsSettings;
  readonly surroundings: Surroundings;
};

/** Who evaluates the policies of the cluster: its policy servers, or this process. */
async function createJudge(
  config: ScanConfig,
  { client, tls, surroundings, policies }: JudgeParts,
): Promise<Pick<ComposedAudit, 'finish' | 'close'> & Judge> {
  if (config.engine !== undefined) {
    const { createLiveEngine } = await import('./live-engine.ts');
    const { digestOf, ...engine } = await createLiveEngine(config, {
      client,
      policies,
      threads: surroundings.part?.threads,
      ...surroundings,
    });
    return { ...engine, ...judgeByProgram(digestOf) };
  }
  const resolver = createPolicyServerResolver(client, config);
  const resolve = (signal: AbortSignal) => resolver.resolve(signal);
  const { kubewardenNamespace: namespace, policyServerUrl } = config;
  const endpoints = policyServerUrl === undefined && {
    readEndpoints: createServiceEndpoints(client, { namespace }),
  };
  const evaluator = createHttpEvaluator(config, { resolve, tls, ...endpoints, surroundings });
  const judge = judgeByServer(client, policyServerUrl, surroundings.onNotice);
  return { evaluator, ...judge, close: () => evaluator.close() };
}

function describe(
  { context, server, user }: ClusterConnection,
  config: ScanConfig,
): Pick<ComposedAudit, 'subject' | 'target'> {
  const { store, engine, policySources } = config;
  const address = formatServer(server);
  const mode = store ? 'storing reports' : 'read-only';
  const which = policySources.files === undefined ? '' : ` with ${describePolicies(config)}`;
  const whose = policySources.files === undefined ? 'its policies' : 'them';
  const who = engine === undefined ? '' : `, evaluating ${whose} here`;
  return {
    subject: `context ${context} (${address}) as ${user}${which}, ${mode}${who}`,
    target: { context, server: address },
  };
}
