import { availableParallelism } from 'node:os';
import {
  AuditError,
  errorCodes,
  formatPolicy,
  type ModuleUse,
  type Policy,
  toAuditError,
} from '../domain/index.ts';
import type { Capabilities, ModuleProgram, PolicyLog, PolicyProgram } from '../engine/index.ts';
import { createEmbeddedEvaluator, type EmbeddedEvaluatorOptions } from '../evaluation/embedded/index.ts';
import type { PolicyEvaluator, Share } from '../evaluation/index.ts';
import type { LoadModule } from '../modules/index.ts';
import type { Instruments } from '../telemetry/index.ts';
import { timeEvaluations } from './timing.ts';

/** How the modules of a policy are loaded, and what they may ask their host, where that is not for the policy to say. */
export type PolicyModules = {
  readonly load: LoadModule;
  readonly hostCapabilities?: readonly string[] | undefined;
};

/** Rejects with an AuditError for a policy that must not run. */
export type FindModules = (policy: Policy, signal: AbortSignal) => Promise<PolicyModules>;

export type EngineParts = {
  readonly onPolicyLog: (log: PolicyLog) => void;
  readonly capabilities: Capabilities;
  readonly findModules: FindModules;
  /** Told what each policy runs. */
  readonly onProgram?: ((policy: Policy, program: PolicyProgram) => void) | undefined;
  readonly instruments?: Instruments | undefined;
  /** What of the machine's threads is for this engine while others run; undefined for all of them. */
  readonly threads?: Share | undefined;
};

/** The engine of this process, for files and live clusters alike. */
export function createEngine({
  capabilities,
  findModules,
  onProgram,
  onPolicyLog,
  instruments,
  threads,
}: EngineParts): PolicyEvaluator {
  const load = createProgramLoader(findModules);
  const evaluator = createEmbeddedEvaluator({
    programs: async (policy, signal) => {
      const program = await load(policy, signal);
      if (!(program instanceof AuditError)) onProgram?.(policy, program);
      return program;
    },
    ...capabilities,
    workers: availableParallelism(),
    mayUse: threads?.size,
    onLog: onPolicyLog,
  });
  return timeEvaluations(evaluator, instruments);
}

/** Loads what a policy runs; what cannot be loaded is the answer, so that the other policies go on. */
function createProgramLoader(findModules: FindModules): EmbeddedEvaluatorOptions['programs'] {
  return async (policy: Policy, signal: AbortSignal) => {
    const { execution } = policy;
    try {
      if (execution === undefined) throw withoutModule(policy);
      const modules = await findModules(policy, signal);
      const toModule = async (use: ModuleUse): Promise<ModuleProgram> => ({
        ...use,
        kind: 'single',
        hostCapabilities: modules.hostCapabilities ?? use.hostCapabilities,
        wasm: await modules.load(use.module, signal),
      });
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
