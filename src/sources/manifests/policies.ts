import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AuditError,
  deriveUid,
  errorCodes,
  type Policy,
  parseApiVersion,
  toAuditError,
  uniqueNameOf,
} from '../../domain/index.ts';
import type { LoadModule } from '../../modules/index.ts';
import {
  type BrokenPolicy,
  type PolicySource,
  parsePolicy,
  policyApi,
  policyResources,
  sortByKind,
} from '../index.ts';
import { type ManifestDocument, parseDocuments, type SourceText } from './documents.ts';
import { type ManifestObject, readObjects } from './objects.ts';
import { OtherKinds } from './other-kinds.ts';
import {
  modulesOf,
  type ReadMetadata,
  readMetadataOf,
  resolveModules,
  toModulePolicy,
} from './policy-modules.ts';
import { readText } from './read-text.ts';
import { isServerConfig, parseServerPolicy } from './server-policies.ts';
import { type Found, Walk } from './walk.ts';

export type FilePolicyOptions = {
  /** Files, folders, patterns, and `-` for stdin. */
  readonly paths: readonly string[];
  readonly readStdin: (signal: AbortSignal) => Promise<string>;
  /** For namespaced policies that name no namespace. */
  readonly defaultNamespace: string;
  readonly loadModule: LoadModule;
  readonly readMetadata: ReadMetadata;
};

/**
 * The policies of files, folders and patterns: Kubewarden's custom resources, a policy-server's `policies.yml`, and modules on their own. They
 * count as active, whatever their status says. Rejects with `fileUnreadable` for a path that does not exist, and with `noPolicies` for one
 * that holds none, which was not meant.
 */
export function createFilePolicySource(options: FilePolicyOptions): PolicySource {
  return {
    async list(signal) {
      const found: (Policy | BrokenPolicy)[] = [];
      const modules: string[] = [];
      for (const path of options.paths) {
        const inPath = await readPath(path, options, signal);
        found.push(...inPath.found);
        modules.push(...inPath.modules);
      }
      const used = new Set(found.flatMap((policy) => ('error' in policy ? [] : namedModules(policy))));
      // A module that another file makes a policy of is not one more policy.
      for (const file of modules.filter((name) => !used.has(pathToFileURL(name).href)))
        found.push(await readModulePolicy(file, options, signal));
      return toSourceResult(found);
    },
  };
}

type InPath = { readonly found: (Policy | BrokenPolicy)[]; readonly modules: string[] };

async function readPath(path: string, options: FilePolicyOptions, signal: AbortSignal): Promise<InPath> {
  const { found, modules }: InPath = { found: [], modules: [] };
  const others = new OtherKinds();
  let files = 0;
  if (path === '-') {
    const source = { path: 'stdin', text: await options.readStdin(signal) };
    for await (const policy of readPolicies(source, { ...options, others }, signal)) found.push(policy);
    files += 1;
  }
  for await (const one of findPolicyFiles(path, signal)) {
    if ('unread' in one) found.push({ name: one.unread.path, error: one.unread.error });
    if (!('source' in one)) continue;
    files += 1;
    const file = one.source.path;
    if (isModule(file)) modules.push(file);
    else
      for await (const policy of readFilePolicies(file, { ...options, others }, signal)) found.push(policy);
  }
  if (found.length + modules.length === 0) throw noPolicies(path, files, others);
  return { found, modules };
}

async function* findPolicyFiles(path: string, signal: AbortSignal): AsyncGenerator<Found> {
  if (path !== '-') yield* new Walk({ lookFor: 'policies', exclude: [], signal }).find(path);
}

function toSourceResult(
  found: readonly (Policy | BrokenPolicy)[],
): Awaited<ReturnType<PolicySource['list']>> {
  const policies = found.filter((policy): policy is Policy => !('error' in policy));
  const broken = found.filter((policy): policy is BrokenPolicy => 'error' in policy);
  const byName = Map.groupBy(policies, ({ uniqueName }) => uniqueName);
  const twice = [...byName].filter(([, same]) => same.length > 1);
  return {
    policies: sortByKind([...byName.values()].flatMap(([first]) => first ?? [])),
    broken: [...broken, ...twice.map(([name]) => brokenPolicy(name, 'it is in the input more than once'))],
  };
}

type ReadingOptions = FilePolicyOptions & { readonly others: OtherKinds };

function noPolicies(path: string, files: number, others: OtherKinds): AuditError {
  const read = files === 0 ? 'It holds no .yaml, .yml, .json or .wasm file.' : undefined;
  return new AuditError(errorCodes.noPolicies, `--policies ${path}: there is no Kubewarden policy in it`, {
    facts: [read ?? others.describe()],
  });
}

function isModule(file: string): boolean {
  return file.toLowerCase().endsWith('.wasm');
}

function namedModules({ execution }: Policy): readonly string[] {
  return execution === undefined ? [] : modulesOf(execution);
}

async function* readFilePolicies(
  file: string,
  options: ReadingOptions,
  signal: AbortSignal,
): AsyncGenerator<Policy | BrokenPolicy> {
  const source = await readText(file);
  if ('error' in source) yield { name: file, error: source.error };
  else yield* readPolicies(source, options, signal);
}

async function* readPolicies(
  source: SourceText,
  options: ReadingOptions,
  signal: AbortSignal,
): AsyncGenerator<Policy | BrokenPolicy> {
  const { path: file } = source;
  for (const document of parseDocuments(source)) {
    if (document instanceof Error) yield { name: file, error: document };
    else if (isServerConfig(document.value))
      yield* readServerConfig(document.value, file, { ...options, signal });
    else yield* readCustomResources(document, file, options);
  }
}

function* readCustomResources(
  document: ManifestDocument,
  file: string,
  options: ReadingOptions,
): Generator<Policy | BrokenPolicy> {
  for (const read of readObjects(document)) {
    if ('error' in read) yield { name: file, error: read.error };
    if (!('object' in read)) continue;
    const { group } = parseApiVersion(read.object.apiVersion);
    const type = policyResources.find(({ kind }) => kind === read.object.kind);
    if (group === policyApi.group && type !== undefined) yield readCustomResource(read.object, file, options);
    else options.others.add(read.object);
  }
}

function readCustomResource(
  object: ManifestObject,
  file: string,
  { defaultNamespace }: FilePolicyOptions,
): Policy | BrokenPolicy {
  const kind = policyResources.find((type) => type.kind === object.kind)?.kind ?? 'ClusterAdmissionPolicy';
  const policy = parsePolicy(kind, object.value);
  if ('error' in policy) return policy;
  const namespace = kind.startsWith('Cluster') ? undefined : (policy.namespace ?? defaultNamespace);
  const identity = { kind, name: policy.name, namespace };
  return {
    ...policy,
    ...identity,
    uniqueName: uniqueNameOf(identity),
    uid: policy.uid === '' ? deriveUid({ ...identity, apiVersion: object.apiVersion }) : policy.uid,
    status: 'active',
    execution: policy.execution === undefined ? undefined : resolveModules(policy.execution, file),
  };
}

type ModuleOptions = FilePolicyOptions & { readonly signal: AbortSignal };

async function* readServerConfig(
  config: Readonly<Record<string, unknown>>,
  file: string,
  { loadModule, readMetadata, signal }: ModuleOptions,
): AsyncGenerator<Policy | BrokenPolicy> {
  for (const [name, entry] of Object.entries(config)) {
    const parsed = parseServerPolicy(name, entry);
    if (typeof parsed === 'string') {
      yield brokenPolicy(name, parsed);
      continue;
    }
    const execution = resolveModules(parsed.execution, file);
    try {
      const metadata = [];
      for (const url of modulesOf(execution))
        metadata.push(readMetadataOf(url, await loadModule(url, signal), readMetadata));
      yield toModulePolicy({ ...parsed, uniqueName: name, metadata, execution });
    } catch (thrown) {
      signal.throwIfAborted();
      yield { name, error: toAuditError(thrown) };
    }
  }
}

async function readModulePolicy(
  file: string,
  { loadModule, readMetadata }: FilePolicyOptions,
  signal: AbortSignal,
): Promise<Policy | BrokenPolicy> {
  const module = pathToFileURL(file).href;
  const name = basename(file).replace(/\.wasm$/i, '');
  try {
    const metadata = [readMetadataOf(file, await loadModule(module, signal), readMetadata)];
    const use = {
      module,
      settings: {},
      contextAwareResources: [],
      timeoutEvalSeconds: undefined,
      hostCapabilities: ['*'],
    };
    const uniqueName = uniqueNameOf({ kind: 'ClusterAdmissionPolicy', name, namespace: undefined });
    return toModulePolicy({
      name,
      uniqueName,
      mode: 'protect',
      metadata,
      execution: { kind: 'single', ...use },
    });
  } catch (thrown) {
    signal.throwIfAborted();
    return { name: file, error: toAuditError(thrown) };
  }
}

function brokenPolicy(name: string, why: string): BrokenPolicy {
  return {
    name,
    error: new AuditError(errorCodes.policyInvalid, `the policy "${name}" cannot be used: ${why}`),
  };
}
