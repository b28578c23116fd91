import {
  type Checked,
  type Environment,
  environmentVariable,
  type FlagValues,
  findMisspeltVariables,
  Given,
  type OptionGroup,
  type OptionSpec,
  type OptionsOf,
  optionKey,
  type ScanConfig,
  type Surroundings,
} from '../../config/index.ts';
import { AuditError, errorCodes, toAuditError } from '../../domain/index.ts';
import { type Io, listenForStop, renderError } from '../../host/index.ts';
import { exitCodeOfStop, exitCodes } from '../../verdict/index.ts';
import { configureScan } from './configure.ts';
import { loadConfigLayer } from './load-config-layer.ts';
import { type ScanFlags, scanOptions } from './options.ts';

/** A command that looks at what a scan would do: it has flags of `scan`, with their variables, and some of its own, without. */
export type Look<Own extends OptionSpec> = {
  readonly usage: string;
  /** How many words it takes. */
  readonly words: number;
  readonly groups: readonly OptionGroup[];
  /** Whether variables that are nearly one of `scan` are let pass. */
  readonly lenient?: boolean;
  /** Those that `scan` lacks, in the order in which they are read. */
  readonly own: readonly Own[];
};

export type Asked = {
  readonly flags: FlagValues;
  readonly environment: Environment;
  readonly words: readonly string[];
};

/** Which scan is looked at, by the flags that are those of `scan`; `own` is undefined where something is wrong with it. */
type ChooseScan<Own extends OptionSpec> = (
  shared: ScanFlags,
  environment: Environment,
  own: OptionsOf<Own> | undefined,
) => Checked<ScanConfig>;

/** Checks the flags of such a command and the variables that it shares with `scan`; everything that is wrong is told at once. */
export function configureLook<Own extends OptionSpec>(
  { usage, words: most, groups, own, lenient = false }: Look<Own>,
  { flags, environment, words }: Asked,
  chooseScan: ChooseScan<Own> = (shared, env) => configureScan(shared, env),
): Checked<{ readonly scan: ScanConfig; readonly own: OptionsOf<Own> }> {
  const ownKeys = own.map(({ name }) => optionKey(name));
  const shared = Object.fromEntries(Object.entries(flags).filter(([key]) => !ownKeys.includes(key)));
  const variables = groups
    .flatMap(({ options }) => options.filter((option) => !own.some(({ name }) => name === option.name)))
    .map(({ name }) => environmentVariable(name));
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => variables.includes(name)));
  const read = new Given(own, flags, {}).read();
  const scan = chooseScan(shared, env, read.ok ? read.value : undefined);
  const problems = [
    ...findMisspeltVariables(environment, lenient ? [] : scanOptions),
    ...(read.ok ? [] : read.problems),
    ...(scan.ok ? [] : scan.problems),
    ...words.slice(most).map((word) => surplus(word, usage)),
  ];
  return read.ok && scan.ok && problems.length === 0
    ? { ok: true, value: { scan: scan.value, own: read.value } }
    : { ok: false, problems };
}

function surplus(word: string, usage: string): AuditError {
  return new AuditError(errorCodes.invalidValue, `unexpected argument "${word}"`, {
    facts: [`Usage: audit-scanner ${usage}`],
  });
}

type LookStart<T> = {
  readonly groups: readonly OptionGroup[];
  readonly configure: (flags: FlagValues, environment: Environment, words: readonly string[]) => Checked<T>;
  readonly run: (config: T, io: Io, signal: AbortSignal) => Promise<number>;
};

/** Runs such a command. Resolves to the exit code, and rejects with an AuditError when nothing could be found out. */
export async function startLook<T>(
  args: readonly string[],
  surroundings: Surroundings,
  { groups, configure, run }: LookStart<T>,
): Promise<number> {
  const { io } = surroundings;
  const [{ readCommandLine }, { layerConfigFile }] = await Promise.all([
    import('../../config/command-line/index.ts'),
    loadConfigLayer(),
  ]);
  const options = groups.flatMap((group) => group.options);
  const line = readCommandLine(args, { options });
  const below = { flags: line.flags, environment: io.env, paths: [], options };
  const layered = await layerConfigFile(below, surroundings);
  const problems = [...line.problems, ...layered.problems];
  const checked: Checked<T> =
    problems.length > 0 ? { ok: false, problems } : configure(layered.flags, io.env, line.positionals);
  if (checked.ok) return runStoppably(io, (signal) => run(checked.value, io, signal));
  for (const problem of layered.explain(checked.problems)) await io.stderr.write(renderError(problem));
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
