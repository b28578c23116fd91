import type {
  Checked,
  CommandLine,
  FlagValues,
  OptionSpec,
  ScanConfig,
  Surroundings,
} from '../../config/index.ts';
import type { Layered } from './config-layer.ts';
import { configureScan } from './configure.ts';
import { explainGoScannerFlag } from './go-scanner-flags.ts';
import { loadConfigLayer } from './load-config-layer.ts';
import { scanOptions } from './options.ts';
import { startAudit } from './start.ts';

/** A command that scans: its flags are some of `scan`, and its words may say what others do. */
export type ScanCommand = {
  readonly options: readonly OptionSpec[];
  /** What was asked for, in the flags and paths of `scan`. */
  readonly interpret: (line: Pick<CommandLine, 'flags' | 'positionals'>) => Pick<CommandLine, 'problems'> & {
    readonly flags: FlagValues;
    readonly paths: readonly string[];
  };
};

/** Reads the command line and what lies below it, and scans, or says what is wrong with them. Resolves to the exit code. */
export async function startScan(
  args: readonly string[],
  surroundings: Surroundings,
  { options, interpret }: ScanCommand,
): Promise<number> {
  const [{ readCommandLine }, { layerConfigFile }] = await Promise.all([
    import('../../config/command-line/index.ts'),
    loadConfigLayer(),
  ]);
  const line = readCommandLine(args, { options, explainUnknown: explainGoScannerFlag });
  const asked = interpret(line);
  const { paths } = asked;
  const environment = surroundings.io.env;
  const known = scanOptions.filter(({ name }) => options.some((option) => option.name === name));
  const below = { flags: asked.flags, environment, paths, options: known };
  const { flags, problems, explain } = await layerConfigFile(below, surroundings);
  const wrong = [...line.problems, ...asked.problems, ...problems];
  const checked: Checked<ScanConfig> =
    wrong.length > 0 ? { ok: false, problems: wrong } : configureScan(flags, environment, paths);
  return startAudit(
    checked.ok ? checked : { ok: false, problems: explain(checked.problems) },
    { frontDoor: 'scan', flags, paths },
    await withLogFormat(flags, surroundings),
  );
}

/** `main` reads the format of the log from the command line alone, and does not know the file. */
async function withLogFormat(flags: Layered['flags'], surroundings: Surroundings): Promise<Surroundings> {
  if (flags['logFormat']?.at(-1)?.toLowerCase() !== 'json') return surroundings;
  const { withJsonStderr } = await import('../../host/logging/index.ts');
  return { ...surroundings, io: withJsonStderr(surroundings.io) };
}
