import { asksForOwners, type FilesConfig, type ScanConfig } from '../config/index.ts';
import { AuditError, errorCodes } from '../domain/index.ts';
import { readMetadata } from '../engine/index.ts';
import type { PolicyEvaluator } from '../evaluation/index.ts';
import { findHomeDir } from '../host/index.ts';
import { createModuleStore, type Modules, openModules } from '../modules/index.ts';
import { describeInput } from '../reports/index.ts';
import { createTee } from '../sinks/index.ts';
import type { KnownCluster, PolicySource } from '../sources/index.ts';
import {
  createFilePolicySource,
  createManifestSources,
  createRenderer,
  loadManifests,
  type ManifestSources,
  type Manifests,
  readSources,
} from '../sources/manifests/index.ts';
import { type ComposedAudit, type Surroundings, toRequest } from './composed-audit.ts';
import { createEngine } from './engine.ts';
import type { FactsCluster } from './facts-cluster.ts';
import { openHostCallSession } from './host-call-session.ts';
import { type CapabilityParts, createHostCapabilities, toImageRegistry } from './host-capabilities.ts';
import { createProxyFinder, readModuleTerms } from './module-terms.ts';
import { requireNamedPolicies } from './named.ts';
import { createHttpEvaluator, type EvaluatorParts, readTlsSettings } from './policy-servers.ts';

/** Builds the adapters for a scan of files. Rejects with an AuditError when a file that the user named cannot be used. */
export async function composeFileAudit(
  config: ScanConfig,
  files: FilesConfig,
  surroundings: Surroundings,
): Promise<ComposedAudit> {
  const { io, observer, sinks, onNotice, onPolicyLog } = surroundings;
  const tls = await readTlsSettings(config);
  const session = await openHostCallSession(config.hostCalls);
  const now = (): Date => new Date(io.now());
  const modules = await openUserModules(files, config.trustRoot, { io, onNotice });
  const cluster = await openFactsCluster(config, files, surroundings);
  const { reader, ...sources } = createSources(files, { config, io, onNotice, cluster: cluster?.known });
  const { paths, policies } = files;
  const found = createPolicies(files, modules);
  const parts = { objects: reader, offline: files.offline, session, now, onPolicyLog, modules };
  const evaluator =
    config.policyServerUrl === undefined
      ? createFileEngine(parts)
      : askServer(config, config.policyServerUrl, { tls, surroundings });
  return {
    subject: `${paths.join(', ')} with the policies of ${policies.join(', ')}${cluster?.subject ?? ''}`,
    target: { context: undefined, server: undefined, paths },
    request: toRequest(config),
    clientCertificateExpiresAt: tls.clientCertificateExpiresAt,
    ports: {
      ...sources,
      policies: requireNamedPolicies(found, config.policies, surroundings.tellMissing),
      evaluator,
      sink: createTee(...sinks),
      cleanUp: undefined,
      observer,
      clock: now,
    },
    finish: session.finish,
    close: async () => {
      await Promise.all([evaluator.close(), modules.close(), cluster?.close()]);
      await session.discard();
    },
  };
}

function createPolicies({ policies, defaultNamespace }: FilesConfig, { load }: Modules): PolicySource {
  return createFilePolicySource({ paths: policies, defaultNamespace, loadModule: load, readMetadata });
}

/** Only for facts from a cluster is the client of one loaded. */
async function openFactsCluster(
  config: ScanConfig,
  { facts }: FilesConfig,
  surroundings: Surroundings,
): Promise<FactsCluster | undefined> {
  if (!facts.cluster) return undefined;
  return (await import('./facts-cluster.ts')).openFactsCluster(config, surroundings);
}

/** Modules on the terms of the user, and as far as they were downloaded before, from there. */
async function openUserModules(
  { modules, offline }: FilesConfig,
  trustRoot: string | undefined,
  { io: { env }, onNotice }: Pick<Surroundings, 'io' | 'onNotice'>,
): Promise<Modules> {
  const store = createModuleStore({ env, homeDir: findHomeDir(env), platform: process.platform });
  return openModules(await readModuleTerms(modules, { env, onNotice, trustRoot }), {
    offline,
    findProxy: createProxyFinder(env),
    store,
  });
}

type SourceParts = Pick<Surroundings, 'io' | 'onNotice'> & {
  readonly config: ScanConfig;
  readonly cluster: KnownCluster | undefined;
};

type FileSources = Omit<ManifestSources, 'owners'> & Partial<Pick<ManifestSources, 'owners'>>;

function createSources(files: FilesConfig, { config, io, onNotice, cluster }: SourceParts): FileSources {
  const { paths, facts, defaultNamespace, exclude, chart, enableHelm, includeCrds } = files;
  const render = createRenderer({ chart, namespace: defaultNamespace, enableHelm });
  const read = { readStdin: io.stdin.read, render };
  const named = paths.map((path) => (path === '-' ? 'stdin' : path));
  const { owners, ...sources } = createManifestSources(async (signal) => {
    const input = {
      sources: readSources(paths, { ...read, exclude, chartFlags: listChartFlags(files) }, signal),
      facts: readSources(facts.paths, { ...read, exclude: [], chartFlags: [] }, signal),
      cluster,
    };
    const manifests = await loadManifests(input, { defaultNamespace, named, includeCrds }, signal);
    for (const notice of manifests.notices) onNotice(notice);
    requireObjects(manifests, files);
    return manifests;
  }, cluster?.objects);
  return asksForOwners(config) ? { ...sources, owners } : sources;
}

function listChartFlags({
  chart: { values, set, releaseName },
  includeCrds,
}: FilesConfig): readonly string[] {
  return [
    ...(values.length > 0 ? ['--values'] : []),
    ...(set.length > 0 ? ['--set'] : []),
    ...(releaseName === undefined ? [] : ['--release-name']),
    ...(includeCrds ? ['--include-crds'] : []),
  ];
}

/** A gate must not be green because a path is wrong. */
function requireObjects({ objects, unread, input }: Manifests, { paths, allowEmpty }: FilesConfig): void {
  if (objects.size > 0 || unread.length > 0 || allowEmpty) return;
  throw new AuditError(errorCodes.noResources, `no Kubernetes resources found in ${paths.join(', ')}`, {
    facts: describeInput(input),
    tries: ['audit-scanner scan PATH --policies PATH --allow-empty'],
  });
}

type FileEngineParts = Omit<CapabilityParts, 'findImageRegistry'> &
  Pick<Surroundings, 'onPolicyLog'> & { readonly modules: Modules };

/** The engine of this process, for which the manifests are the cluster. */
function createFileEngine({ modules, onPolicyLog, ...parts }: FileEngineParts): PolicyEvaluator {
  const registry = modules.images && toImageRegistry(modules.images);
  return createEngine({
    capabilities: createHostCapabilities({ ...parts, findImageRegistry: () => registry }),
    findModules: () => Promise.resolve({ load: modules.load }),
    onPolicyLog,
  });
}

/** The policy server that the user names. */
function askServer(config: ScanConfig, server: URL, parts: Omit<EvaluatorParts, 'resolve'>): PolicyEvaluator {
  const url = new URL(server.href.replace(/\/+$/, ''));
  return createHttpEvaluator(config, { ...parts, resolve: () => Promise.resolve(() => url) });
}
