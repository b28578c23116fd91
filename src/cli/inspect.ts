import { configureDoctor, configurePolicies, configureRbac } from '../config/inspection.ts';
import { type InspectionOptions, inspectionOptions } from '../config/inspection-options.ts';
import type { Checked } from '../config/schema.ts';
import type { FlagValues } from '../config/sources.ts';
import { exitCodes } from './exit-codes.ts';
import type { InspectionName } from './inspection-help.ts';
import type { Io } from './io.ts';
import { parseArgs } from './program.ts';
import { renderError } from './render-error.ts';

/** How each of these commands starts. They resolve to the exit code, and reject with an AuditError when nothing could be found out. */
export const inspections: Readonly<
  Record<InspectionName, (args: readonly string[], io: Io) => Promise<number>>
> = { policies: startPolicies, doctor: startDoctor, rbac: startRbac };

async function startPolicies(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.policies,
    configure: (flags, words) => configurePolicies(flags, io.env, words),
    run: async (config) => (await import('./run-policies.ts')).runPolicies(config, io),
  });
}

async function startDoctor(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.doctor,
    configure: (flags, words) => configureDoctor(flags, io.env, words),
    run: async (config) => (await import('./run-doctor.ts')).runDoctor(config, io),
  });
}

async function startRbac(args: readonly string[], io: Io): Promise<number> {
  return inspect(args, io, {
    options: inspectionOptions.rbac,
    configure: (flags, words) => configureRbac(flags, io.env, words),
    run: async (config) => (await import('./run-rbac.ts')).runRbac(config, io),
  });
}

type Command<T> = {
  readonly options: InspectionOptions;
  readonly configure: (flags: FlagValues, words: readonly string[]) => Checked<T>;
  readonly run: (config: T) => Promise<number>;
};

async function inspect<T>(
  args: readonly string[],
  io: Io,
  { options: { groups }, configure, run }: Command<T>,
): Promise<number> {
  const options = groups.flatMap((group) => group.options);
  const { flags, positionals, problems } = parseArgs(args, { options });
  const checked: Checked<T> = problems.length > 0 ? { ok: false, problems } : configure(flags, positionals);
  if (checked.ok) return run(checked.value);
  for (const problem of checked.problems) await io.stderr.write(renderError(problem));
  return exitCodes.usage;
}
