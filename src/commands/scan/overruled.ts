import { type Environment, environmentVariable, type FlagValues, optionKey } from '../../config/index.ts';
import { policyServerFlags, type ScanName } from './options.ts';

/** Which variables a flag beats, although they are those of other options: it says the opposite. */
const opposites: readonly (readonly [flag: ScanName, variablesOf: readonly ScanName[]])[] = [
  ['context', ['contexts']],
  ['contexts', ['context', 'store', 'reuse-results', 'engine', ...policyServerFlags]],
  ['all-namespaces', ['namespace']],
  ['namespace', ['all-namespaces', 'scope', 'exclude-namespaces']],
  ['quiet', ['verbose']],
  ['verbose', ['quiet']],
  ['color', ['no-color']],
  ['disable-store', ['store']],
  [
    'compare',
    [
      'store',
      'reuse-results',
      'policy-server-url',
      'policy',
      'exclude-policy',
      'output',
      'engine',
      'offline',
    ],
  ],
];

/**
 * The environment without the variables that do not count, because a flag says the opposite: `-A` beats AUDIT_SCANNER_NAMESPACE,
 * where two flags would be a contradiction.
 */
export function withoutOverruled(environment: Environment, flags: FlagValues): Environment {
  const variables = findOverruled(flags).map(environmentVariable);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !variables.includes(name)));
}

/** The options whose values do not count where they come from below these flags, because a flag says the opposite. */
export function findOverruled(flags: FlagValues): readonly ScanName[] {
  const textsOf = (name: ScanName): readonly string[] | undefined => flags[optionKey(name)];
  const engine = textsOf('engine')?.at(-1)?.toLowerCase();
  const asksServer = engine === undefined && textsOf('policy-server-url') !== undefined;
  return [
    ...opposites.flatMap(([flag, variablesOf]) => (textsOf(flag) === undefined ? [] : variablesOf)),
    ...(textsOf('scope')?.at(-1) === 'cluster' ? (['namespace'] as const) : []),
    ...(engine === 'embedded' ? policyServerFlags : []),
    ...(asksServer ? (['engine'] as const) : []),
  ];
}
