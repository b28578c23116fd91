import type { ConfigEntry } from '../../config/file/index.ts';
import {
  type Environment,
  environmentVariable,
  type FlagValues,
  Given,
  type OptionSpec,
  optionKey,
  type Surroundings,
} from '../../config/index.ts';
import { type AuditError, formatOrigin } from '../../domain/index.ts';
import { renderError, widthForPeople } from '../../host/index.ts';
import { alignColumns, toPlainText } from '../../text/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { type ConfigFile, loadConfigLayer, scanOptions, withoutOverruled } from '../scan/index.ts';

/** `audit-scanner config show`: every flag of `scan` that has a value here, and where that comes from. Resolves to the exit code. */
export async function showConfig(args: readonly string[], { io, commands }: Surroundings): Promise<number> {
  const { readCommandLine } = await import('../../config/command-line/index.ts');
  const { configurable, findIdle, findInForce, readChosenConfig } = await loadConfigLayer();
  const { flags, positionals: paths, problems } = readCommandLine(args, { options: scanOptions });
  const environment = withoutOverruled(io.env, flags);
  const read = await readChosenConfig({ flags, environment: io.env }, commands);
  const wrong = [
    ...problems,
    ...(read.ok ? findBroken(new Given(configurable, flags, environment)) : read.problems),
  ];
  if (wrong.length > 0 || !read.ok) {
    for (const problem of wrong) await io.stderr.write(renderError(problem));
    return exitCodes.usage;
  }
  await io.stderr.write(describeFile(read.value));
  // What only a scan of files has is in force as soon as there are some.
  const below = { flags, environment: io.env, paths: paths.length === 0 ? ['.'] : paths };
  const inForce = read.value === undefined ? [] : findInForce(read.value, below);
  const idle = paths.length === 0 ? findIdle(flags['policies'] !== undefined) : [];
  const layers = { flags, environment, inForce };
  const rows = configurable.flatMap((option) => toRow(option, layers, idle));
  const width = widthForPeople(io.stdout, io.env);
  await io.stdout.write(`${alignColumns([['FLAG', 'FROM', 'VALUE'], ...rows], { width }).join('\n')}\n`);
  return exitCodes.ok;
}

function describeFile(file: ConfigFile | undefined): string {
  if (file === undefined) return 'No configuration file is used\n';
  return `Using ${file.path}${file.isFound ? ', which was found, not named' : ''}\n`;
}

/** The values of a file have been checked where it was read. */
function findBroken(given: Given<OptionSpec>): readonly AuditError[] {
  const read = given.read();
  return read.ok ? [] : read.problems;
}

type Layers = {
  readonly flags: FlagValues;
  readonly environment: Environment;
  readonly inForce: readonly ConfigEntry[];
};

function toRow(option: OptionSpec, layers: Layers, idle: readonly string[]): readonly (readonly string[])[] {
  const { name, hidden } = option;
  const found = findValue(option, layers);
  if (found === undefined || (hidden === true && found.from === 'default')) return [];
  const isIdle = found.from !== 'default' && idle.includes(name);
  const from = `${found.from}${isIdle ? ' (scans of files)' : ''}`;
  return [[name, toPlainText(from), toPlainText(found.texts.join(', '))]];
}

function findValue(
  { name, default: fallback }: OptionSpec,
  { flags, environment, inForce }: Layers,
): { readonly texts: readonly string[]; readonly from: string } | undefined {
  const texts = flags[optionKey(name)];
  if (texts !== undefined) return { texts, from: 'flag' };
  const variable = environmentVariable(name);
  const value = environment[variable] ?? '';
  if (value !== '') return { texts: [value], from: variable };
  const entry = inForce.find(({ option }) => option.name === name);
  if (entry !== undefined) return { texts: entry.texts, from: formatOrigin(entry.origin) };
  return fallback === undefined ? undefined : { texts: [fallback], from: 'default' };
}
