import {
  type Checked,
  configureDoctor,
  configurePolicies,
  configureRbac,
  configureStatus,
  type FlagValues,
  type InspectionOptions,
  inspectionOptions,
  parseArgs,
} from '../config/index.ts';
import { toAuditError } from '../domain/index.ts';
import { type Io, listenForStop, renderError } from '../host/index.ts';
import { exitCodeOfStop, exitCodes } from '../verdict/index.ts';
import type { InspectionName } from './inspection-help.ts';

/** How each of these commands starts. They resolve to the exit code, and reject with an AuditError when nothing could be found out. */
export const inspections: Readonly<
  Record<InspectionName, (args: readonly string[], io: Io) => Promise<number>>
> = { policies: startPolicies, doctor: startDoctor, rbac: startRbac, status: startStatus };

async function startPolicies(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.policies,
    configure: (flags, words) => configurePolicies(flags, io.env, words),
    run: async (config, signal) =>
      (await import('../commands/policies/index.ts')).runPolicies(config, io, signal),
  });
}

async function startDoctor(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.doctor,
    configure: (flags, words) => configureDoctor(flags, io.env, words),
    run: async (config, signal) =>
      (await import('../commands/doctor/index.ts')).runDoctor(config, io, signal),
  });
}

async function startRbac(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.rbac,
    configure: (flags, words) => configureRbac(flags, io.env, words),
    run: async (config, signal) => (await import('../commands/rbac/index.ts')).runRbac(config, io, signal),
  });
}

async function startStatus(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.status,
    configure: (flags, words) => configureStatus(flags, io.env, words),
    run: async (config, signal) =>
      (await import('../commands/status/index.ts')).runStatus(config, io, signal),
  });
}

type Command<T> = {
  readonly options: InspectionOptions;
  readonly configure: (flags: FlagValues, words: readonly string[]) => Checked<T>;
  readonly run: (config: T, signal: AbortSignal) => Promise<number>;
};

async function inspect<T>(
  args: readonly string[],
  io: Io,
  { options: { groups }, configure, run }: Command<T>,
): Promise<number> {
  const options = groups.flatMap((group) => group.options);
  const { flags, positionals, problems } = parseArgs(args, { options });
  const checked: Checked<T> = problems.length > 0 ? { ok: false, problems } : configure(flags, positionals);
  if (checked.ok) return runStoppably(io, (signal) => run(checked.value, signal));
  for (const problem of checked.problems) await io.stderr.write(renderError(problem));
  return exitCodes.usage;
}

/** Ends what is waited for, a login plug-in above all, when the user does not want to wait any longer. */
async function runStoppably(io: Io, run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stopping = listenForStop(io, undefined);
  try {
    const exitCode = await run(stopping.signals.stop);
    return exitCodeOfStop(stopping.stoppedBy()) ?? exitCode;
  } catch (thrown) {
    const exitCode = exitCodeOfStop(stopping.stoppedBy());
    if (exitCode === undefined) throw thrown;
    await io.stderr.write(renderError(toAuditError(thrown)));
    return exitCode;
  } finally {
    stopping.dispose();
  }
}
