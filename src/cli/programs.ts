import { AuditError, errorCodes, toAuditError } from '../domain/errors.ts';
import { formatPolicy, type ModuleUse, type Policy } from '../domain/policy.ts';
import type { ModuleProgram, PolicyProgram } from '../evaluation/wasm/program.ts';
import type { ModuleLoader } from '../sources/modules/loader.ts';

/** Loads what a policy runs; what cannot be loaded is the answer, so that the other policies go on. */
export function createProgramLoader({ load }: ModuleLoader, signal: AbortSignal) {
  const toModule = async (use: ModuleUse): Promise<ModuleProgram> => ({
    ...use,
    kind: 'single',
    wasm: await load(use.module, signal),
  });
  return async (policy: Policy): Promise<PolicyProgram | AuditError> => {
    const { execution } = policy;
    try {
      if (execution === undefined) throw withoutModule(policy);
      if (execution.kind === 'single') return await toModule(execution);
      const members = await Promise.all(
        Object.entries(execution.members).map(async ([name, use]) => [name, await toModule(use)] as const),
      );
      return { ...execution, members: Object.fromEntries(members) };
    } catch (thrown) {
      signal.throwIfAborted();
      return toAuditError(thrown);
    }
  };
}

function withoutModule(policy: Policy): AuditError {
  return new AuditError(errorCodes.moduleUnavailable, `${formatPolicy(policy)} names no module`);
}
