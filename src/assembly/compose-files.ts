import type { FilesConfig, ScanConfig } from '../config/index.ts';
import { AuditError, errorCodes } from '../domain/index.ts';
import type { PolicyEvaluator } from '../evaluation/index.ts';
import { describeInput } from '../reports/index.ts';
import { createTee } from '../sinks/index.ts';
import type { KnownCluster } from '../sources/index.ts';
import {
  createManifestSources,
  createRenderer,
  type InputPart,
  loadManifests,
  type ManifestSources,
  type Manifests,
  readSources,
} from '../sources/manifests/index.ts';
import { type ComposedAudit, describePolicies, type Surroundings, toRequest } from './composed-audit.ts';
import { createEngine } from './engine.ts';
import type { FactsCluster } from './facts-cluster.ts';
import { openHostCallSession } from './host-call-session.ts';
import { type CapabilityParts, createHostCapabilities } from './host-capabilities.ts';
import { requireNamedPolicies } from './named.ts';
import { openPolicySet } from './open-policies.ts';
import { asksForOwners } from './owners.ts';
import { createHttpEvaluator, type EvaluatorParts, readTlsSettings } from './policy-servers.ts';
import type { PolicySet } from './policy-set.ts';

/** Builds the adapters for a scan of files. Rejects with an AuditError when a file that the user named cannot be used. */
export async function composeFileAudit(
  config: ScanConfig,
  files: FilesConfig,
  surroundings: Surroundings,
): Promise<ComposedAudit> {
  const { io, observer, sinks } = surroundings;
  const tls = await readTlsSettings(config);
  const session = await openHostCallSession(config.hostCalls);
  const now = (): Date => new Date(io.now());
  const cluster = await openFactsCluster(config, files, surroundings);
  const { reader, ...sources } = createSources(files, { ...surroundings, config, cluster: cluster?.known });
  const { paths } = files;
  const policies = await openPolicySet(config, { ...surroundings, client: cluster?.client });
  const offline = config.policySources.files?.modules.offline ?? false;
  const evaluator =
    config.policyServerUrl === undefined
      ? createFileEngine({ objects: reader, offline, session, now, policies, ...surroundings })
      : askServer(config, config.policyServerUrl, { tls, surroundings });
  return {
    subject: `${paths.join(', ')} with ${describePolicies(config)}${cluster?.subject ?? ''}`,
    target: { context: undefined, server: undefined, paths },
    request: toRequest(config),
    clientCertificateExpiresAt: tls.clientCertificateExpiresAt,
    ports: {
      ...sources,
      policies: requireNamedPolicies(policies.source, config.policies, surroundings.tellMissing),
      evaluator,
      sink: createTee(...sinks),
      cleanUp: undefined,
      observer,
      clock: now,
    },
    finish: session.finish,
    identify: cluster?.identify,
    close: async () => {
      await Promise.all([evaluator.close(), policies.close(), cluster?.close()]);
      await session.discard();
    },
  };
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

type SourceParts = Pick<Surroundings, 'io' | 'onNotice' | 'witness'> & {
  readonly config: ScanConfig;
  readonly cluster: KnownCluster | undefined;
};

type FileSources = Omit<ManifestSources, 'owners'> & Partial<Pick<ManifestSources, 'owners'>>;

function createSources(
  files: FilesConfig,
  { config, io, onNotice, cluster, witness }: SourceParts,
): FileSources {
  const { kustomizations, facts, defaultNamespace, exclude, chart, enableHelm, includeCrds } = files;
  const paths = files.paths.filter((path) => !kustomizations.includes(path));
  const render = createRenderer({ chart, namespace: defaultNamespace, enableHelm });
  const read = { readStdin: io.stdin.read, render };
  const named = files.paths.map((path) => (path === '-' ? 'stdin' : path));
  const { owners, ...sources } = createManifestSources(async (signal) => {
    const input = {
      sources: witnessed(
        readSources(paths, { ...read, exclude, kustomizations, chartFlags: listChartFlags(files) }, signal),
        witness,
      ),
      facts: witnessed(
        readSources(facts.paths, { ...read, exclude: [], kustomizations: [], chartFlags: [] }, signal),
        witness,
      ),
      cluster,
    };
    const manifests = await loadManifests(input, { defaultNamespace, named, includeCrds }, signal);
    for (const notice of manifests.notices) onNotice(notice);
    requireObjects(manifests, files);
    return manifests;
  }, cluster?.objects);
  return asksForOwners(config) ? { ...sources, owners } : sources;
}

async function* witnessed(
  parts: AsyncGenerator<InputPart>,
  witness: Surroundings['witness'],
): AsyncGenerator<InputPart> {
  for await (const part of parts) {
    if ('text' in part) witness?.onInput(part.path, part.text);
    yield part;
  }
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
  Pick<Surroundings, 'onPolicyLog' | 'instruments' | 'witness'> & { readonly policies: PolicySet };

/** The engine of this process, for which the manifests are the cluster. */
function createFileEngine({
  policies,
  onPolicyLog,
  instruments,
  witness,
  ...parts
}: FileEngineParts): PolicyEvaluator {
  const { findModules, findImageRegistry } = policies;
  const capabilities = createHostCapabilities({ ...parts, findImageRegistry });
  return createEngine({
    ...{ capabilities, findModules, onPolicyLog, instruments },
    onProgram: witness?.onProgram,
  });
}

/** The policy server that the user names. */
function askServer(config: ScanConfig, server: URL, parts: Omit<EvaluatorParts, 'resolve'>): PolicyEvaluator {
  const url = new URL(server.href.replace(/\/+$/, ''));
  return createHttpEvaluator(config, { ...parts, resolve: () => Promise.resolve(() => url) });
}
