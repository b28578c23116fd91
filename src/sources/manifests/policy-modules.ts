import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AuditError,
  deriveUid,
  errorCodes,
  type ModuleUse,
  matchDefaults,
  type Policy,
  type PolicyExecution,
  type RuleWithOperations,
} from '../../domain/index.ts';
import { toModuleUrl } from '../../modules/index.ts';
import { toDocumented, toSeverity } from '../index.ts';

/** Every module of a policy as an absolute URL; `file://` paths are relative to the file that names them. */
export function resolveModules(execution: PolicyExecution, file: string): PolicyExecution {
  const resolved = <T extends ModuleUse>(use: T): T => ({ ...use, module: resolveModule(use.module, file) });
  if (execution.kind === 'single') return resolved(execution);
  const members = Object.entries(execution.members).map(([name, use]) => [name, resolved(use)] as const);
  return { ...execution, members: Object.fromEntries(members) };
}

/** The modules that a policy needs. */
export function modulesOf(execution: PolicyExecution): readonly string[] {
  return execution.kind === 'single'
    ? [execution.module]
    : Object.values(execution.members).map(({ module }) => module);
}

function resolveModule(module: string, file: string): string {
  if (!module.startsWith('file://')) return toModuleUrl(module);
  const path = decodeURI(module.slice('file://'.length));
  return pathToFileURL(isAbsolute(path) ? path : resolve(dirname(file), path)).href;
}

/** What the author of a policy wrote into its module. */
export type ModuleMetadata = {
  readonly rules: readonly Omit<RuleWithOperations, 'scope'>[];
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
  readonly mutating: boolean;
  readonly backgroundAudit: boolean;
};

/** Throws an Error that says why the metadata of a module cannot be read. */
export type ReadMetadata = (wasm: Uint8Array) => ModuleMetadata;

/** Throws an AuditError (`moduleUnavailable`) that names the module when it has no metadata that can be read. */
export function readMetadataOf(name: string, wasm: Uint8Array, read: ReadMetadata): ModuleMetadata {
  try {
    return read(wasm);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AuditError(errorCodes.moduleUnavailable, `the module ${name} cannot be used: ${why}`);
  }
}

/** A policy that is not a Kubernetes object: what it is about stands in its module. */
export type ModulePolicy = {
  readonly name: string;
  /** The id under which a policy server knows it. */
  readonly uniqueName: string;
  readonly mode: Policy['mode'];
  readonly metadata: readonly ModuleMetadata[];
  readonly execution: PolicyExecution;
};

/** It counts as a ClusterAdmissionPolicy that somebody made from the module, or as a group of such. */
export function toModulePolicy({ name, uniqueName, mode, metadata, execution }: ModulePolicy): Policy {
  const kind = execution.kind === 'group' ? 'ClusterAdmissionPolicyGroup' : 'ClusterAdmissionPolicy';
  const annotations = execution.kind === 'group' ? {} : (metadata[0]?.annotations ?? {});
  const identity = { kind, name, namespace: undefined } as const;
  return {
    ...identity,
    uid: deriveUid({ ...identity, apiVersion: 'policies.kubewarden.io/v1' }),
    resourceVersion: '',
    generation: 1,
    uniqueName,
    policyServer: 'default',
    mode,
    mutating: metadata.some(({ mutating }) => mutating),
    contextAware: isContextAware(execution),
    backgroundAudit: metadata.every(({ backgroundAudit }) => backgroundAudit),
    status: 'active',
    rules: metadata.flatMap(({ rules }) =>
      rules.map((rule): RuleWithOperations => ({ ...rule, scope: '*' })),
    ),
    ...matchDefaults,
    severity: toSeverity(mode, annotations['io.kubewarden.policy.severity']),
    category: annotations['io.kubewarden.policy.category'],
    ...toDocumented(annotations),
    execution,
  };
}

function isContextAware(execution: PolicyExecution): boolean {
  const uses = execution.kind === 'group' ? Object.values(execution.members) : [execution];
  return uses.some(({ contextAwareResources }) => contextAwareResources.length > 0);
}
