import { relative, resolve } from 'node:path';
import { type ConfigEntry, findConfigFile, type OtherCommand } from '../../config/file/index.ts';
import {
  type Checked,
  type CommandEntry,
  type Environment,
  environmentVariable,
  type FlagValues,
  type OptionSpec,
  optionKey,
} from '../../config/index.ts';
import { AuditError, formatOrigin } from '../../domain/index.ts';
import { findHomeDir, type Io } from '../../host/index.ts';
import { conflict } from './conflicts.ts';
import { findGuarded } from './found-config.ts';
import { fileFlags, moduleFlags, type ScanName, scanOptions } from './options.ts';
import { findOverruled } from './overruled.ts';

export { findGuarded, isSettableWhereFound } from './found-config.ts';

/** A configuration file that is in use. */
export type ConfigFile = {
  /** As it is named on the screen. */
  readonly path: string;
  /** Nobody named it. */
  readonly isFound: boolean;
  readonly entries: readonly ConfigEntry[];
};

/** A command line with what lies below it. */
export type Below = {
  readonly flags: FlagValues;
  readonly environment: Environment;
  /** What is scanned, if not a cluster. */
  readonly paths: readonly string[];
};

/** Which file is meant: the one that is named, else the one that is found; undefined for none. */
export function chooseConfigFile({ flags, environment }: Omit<Below, 'paths'>): Checked<Chosen | undefined> {
  const named = flags['config']?.at(-1);
  const declined = isOn(flags['noConfig']?.at(-1));
  if (named !== undefined && declined)
    return { ok: false, problems: [conflict('--config and --no-config contradict each other')] };
  if (named !== undefined) return { ok: true, value: { path: named, isFound: false } };
  return { ok: true, value: declined ? undefined : chooseByVariables(environment) };
}

type Chosen = Pick<ConfigFile, 'path' | 'isFound'>;

function chooseByVariables(environment: Environment): Chosen | undefined {
  const path = environment[environmentVariable('config')] ?? '';
  if (path !== '') return { path, isFound: false };
  if (isOn(environment[environmentVariable('no-config')])) return undefined;
  const found = findConfigFile(resolve(), resolve(findHomeDir(environment)));
  return found === undefined ? undefined : { path: relative('', found), isFound: true };
}

function isOn(text = ''): boolean {
  return /^(1|t|true)$/i.test(text);
}

/** The file that is meant and what it says, or everything that is wrong with it; undefined where there is none. */
export async function readChosenConfig(
  asked: Omit<Below, 'paths'>,
  commands: readonly CommandEntry[],
): Promise<Checked<ConfigFile | undefined>> {
  const chosen = chooseConfigFile(asked);
  if (!chosen.ok) return chosen;
  return chosen.value === undefined ? { ok: true, value: undefined } : readConfig(chosen.value, commands);
}

/** What a file says, or everything that is wrong with it. */
export async function readConfig(
  { path, isFound }: Pick<ConfigFile, 'path' | 'isFound'>,
  commands: readonly CommandEntry[],
): Promise<Checked<ConfigFile>> {
  const { loadConfigFile } = await import('../../assembly/index.ts');
  const read = await loadConfigFile(path, { options: configurable, others: await listOthers(commands) });
  if (!read.ok) return read;
  const problems = isFound ? findGuarded(path, read.value) : [];
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: { path, isFound, entries: read.value } };
}

/** Which file it is, and what is scanned, is said by who runs the scan. */
const notInFiles: readonly ScanName[] = ['config', 'no-config', 'filename', 'kustomize'];

/** The flags that a file may set. */
export const configurable: readonly OptionSpec[] = scanOptions.filter(
  ({ name }) => !notInFiles.includes(name),
);

async function listOthers(commands: readonly CommandEntry[]): Promise<readonly OtherCommand[]> {
  const loaded = await Promise.all(
    commands.map(async ({ name, load }) => ({ name, groups: (await load()).groups ?? [] })),
  );
  return loaded.map(({ name, groups }) => ({ name, options: groups.flatMap(({ options }) => options) }));
}

/** What of a file is in force: what neither a flag nor a variable says, nor the opposite of it, and what means something here. */
export function findInForce(
  { entries }: ConfigFile,
  { flags, environment, paths }: Below,
): readonly ConfigEntry[] {
  const above = { ...readVariables(environment), ...flags };
  const idle = paths.length === 0 ? findIdle(above['policies'] !== undefined) : [];
  const left: readonly string[] = [...findOverruled(above), ...idle];
  return entries.filter(
    ({ option: { name } }) => above[optionKey(name)] === undefined && !left.includes(name),
  );
}

/** What a scan of a live cluster has no use for; which policies of files it asks is only said by who runs it. */
export function findIdle(asksPoliciesOfFiles: boolean): readonly ScanName[] {
  return [...fileFlags, 'offline', ...(asksPoliciesOfFiles ? [] : (['policies', ...moduleFlags] as const))];
}

function readVariables(environment: Environment): FlagValues {
  const set = scanOptions.flatMap(({ name }) => {
    const text = environment[environmentVariable(name)] ?? '';
    return text === '' ? [] : [[optionKey(name), [text]] as const];
  });
  return Object.fromEntries(set);
}

/** The command line with a configuration file below it and the environment, and what is told about both. */
export type Layered = {
  readonly flags: FlagValues;
  readonly problems: readonly AuditError[];
  /** Adds to problems where the flags that they name were set. */
  readonly explain: (problems: readonly AuditError[]) => readonly AuditError[];
};

/**
 * Reads the configuration file that is meant, and takes from it what `options` have; says on stderr that it is used. Flags that it does
 * not set are as they were.
 */
export async function layerConfigFile(
  below: Below & { readonly options: readonly OptionSpec[] },
  { io, commands }: { readonly io: Io; readonly commands: readonly CommandEntry[] },
): Promise<Layered> {
  const { flags, options } = below;
  const read = await readChosenConfig(below, commands);
  if (!read.ok) return { flags, problems: read.problems, explain: (problems) => problems };
  const used =
    read.value === undefined
      ? []
      : findInForce(read.value, below).filter(({ option }) => options.includes(option));
  const layered = {
    ...Object.fromEntries(used.map(({ option, texts }) => [optionKey(option.name), texts])),
    ...flags,
  };
  const asksForQuiet = isOn(layered['quiet']?.at(-1) ?? below.environment[environmentVariable('quiet')]);
  if (used.length > 0 && !asksForQuiet) await io.stderr.write(`Using ${read.value?.path ?? ''}\n`);
  return {
    flags: layered,
    problems: [],
    explain: (problems) => problems.map((problem) => withOrigins(problem, used)),
  };
}

/** A contradiction is found by names of flags; who did not type one has to know where it comes from. */
function withOrigins(problem: AuditError, used: readonly ConfigEntry[]): AuditError {
  const { code, message, facts, tries, cause } = problem;
  const meant = used.filter(({ option: { name, short } }) =>
    new RegExp(`(?<![\\w-])(?:--${name}${short === undefined ? '' : `|-${short}`})(?![\\w-])`).test(message),
  );
  if (meant.length === 0) return problem;
  const origins = meant.map(({ option, origin }) => `--${option.name} is set in ${formatOrigin(origin)}`);
  return new AuditError(code, message, { facts: [...origins, ...facts], tries, cause });
}
