import { environmentVariable, optionKey, type OptionSpec } from './option.ts';

/** The raw texts of every option that was set, by property name, each with the place it came from. */
export type RawOptions = Readonly<Record<string, RawOption>>;

export type RawOption = {
  readonly texts: readonly string[];
  readonly from: 'flag' | 'environment' | 'default';
  /** How messages name it: `--page-size` or `AUDIT_SCANNER_PAGE_SIZE`. */
  readonly label: string;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flag, else environment variable (empty counts as not set), else default. */
export function mergeSources(
  options: readonly OptionSpec[],
  flags: Readonly<Record<string, readonly string[]>>,
  environment: Environment,
): RawOptions {
  return Object.fromEntries(
    options.flatMap((option) => {
      const raw = readOption(option, flags, environment);
      return raw === undefined ? [] : [[optionKey(option.name), raw]];
    }),
  );
}

function readOption(
  option: OptionSpec,
  flags: Readonly<Record<string, readonly string[]>>,
  environment: Environment,
): RawOption | undefined {
  const texts = flags[optionKey(option.name)];
  if (texts !== undefined) return { texts, from: 'flag', label: `--${option.name}` };
  const variable = environmentVariable(option.name);
  const value = environment[variable] ?? '';
  if (value !== '') return { texts: [value], from: 'environment', label: variable };
  if (option.default === undefined) return undefined;
  return { texts: [option.default], from: 'default', label: `--${option.name}` };
}

/** Whether the user set the option, and not merely the table. */
export function isSet(raw: RawOptions, key: string): boolean {
  const option = raw[key];
  return option !== undefined && option.from !== 'default';
}
