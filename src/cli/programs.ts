import { AuditError, errorCodes, toAuditError } from '../domain/errors.ts';
import { formatPolicy, type ModuleUse, type Policy } from '../domain/policy.ts';
import type { EmbeddedEvaluatorOptions } from '../evaluation/wasm/evaluator.ts';
import type { ModuleProgram } from '../evaluation/wasm/program.ts';
import type { ModuleLoader } from '../sources/modules/loader.ts';

/** Loads what a policy runs; what cannot be loaded is the answer, so that the other policies go on. */
export function createProgramLoader({ load }: ModuleLoader): EmbeddedEvaluatorOptions['programs'] {
  const toModule = async (use: ModuleUse, signal: AbortSignal): Promise<ModuleProgram> => ({
    ...use,
    kind: 'single',
    wasm: await load(use.module, signal),
  });
  return async (policy: Policy, signal: AbortSignal) => {
    const { execution } = policy;
    try {
      if (execution === undefined) throw withoutModule(policy);
      if (execution.kind === 'single') return await toModule(execution, signal);
      const members = await Promise.all(
        Object.entries(execution.members).map(
          async ([name, use]) => [name, await toModule(use, signal)] as const,
        ),
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
