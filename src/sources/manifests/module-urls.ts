import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModuleUse, PolicyExecution } from '../../domain/index.ts';
import { toModuleUrl } from '../../modules/index.ts';

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
