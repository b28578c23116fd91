import { environmentVariable, type OptionSpec, optionKey } from './option.ts';

/** The raw texts of every option that was set, by property name, each with the place it came from. */
export type RawOptions = Readonly<Record<string, RawOption>>;

export type RawOption = {
  readonly texts: readonly string[];
  readonly from: 'flag' | 'environment' | 'default';
  /** How messages name it: `--page-size` or `AUDIT_SCANNER_PAGE_SIZE`. */
  readonly label: string;
};

/** Values of the flags on the command line in the order given, by property name. */
export type FlagValues = Readonly<Record<string, readonly string[]>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Flag, else environment variable (empty counts as not set), else default. */
export function mergeSources(
  options: readonly OptionSpec[],
  flags: FlagValues,
  environment: Environment,
): RawOptions {
  return Object.fromEntries(
    options.flatMap((option) => {
      const raw = readOption(option, flags, environment);
      return raw === undefined ? [] : [[optionKey(option.name), raw]];
    }),
  );
}

function readOption(option: OptionSpec, flags: FlagValues, environment: Environment): RawOption | undefined {
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

/**
 * The options whose environment variable does not count, because a flag says the opposite: `-A` beats AUDIT_SCANNER_NAMESPACE, where
 * two flags would be a contradiction.
 */
export function withoutOverruled(environment: Environment, flags: FlagValues): Environment {
  const clusterOnly = flags['scope']?.at(-1) === 'cluster';
  const overruled = [
    ...(flags['allNamespaces'] !== undefined || clusterOnly ? ['namespace'] : []),
    ...(flags['namespace'] === undefined ? [] : ['all-namespaces', 'scope', 'exclude-namespaces']),
    ...(flags['quiet'] === undefined ? [] : ['verbose']),
    ...(flags['verbose'] === undefined ? [] : ['quiet']),
    ...(flags['color'] === undefined ? [] : ['no-color']),
    ...overruledByEngine(flags),
    ...(flags['disableStore'] === undefined ? [] : ['store']),
  ].map(environmentVariable);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !overruled.includes(name)));
}

function overruledByEngine(flags: FlagValues): readonly string[] {
  const engine = flags['engine']?.at(-1)?.toLowerCase();
  if (engine === 'embedded') return policyServerOptions;
  return engine === undefined && flags['policyServerUrl'] !== undefined ? ['engine'] : [];
}

const policyServerOptions = [
  'policy-server-url',
  'extra-ca',
  'client-cert',
  'client-key',
  'insecure-skip-tls-verify',
];
