import {
  type Checked,
  configGroup,
  connectionGroup,
  deepFreeze,
  type Environment,
  environmentVariable,
  type FlagValues,
  filePoliciesGroup,
  type OptionGroup,
  oneOf,
  type ScanConfig,
  shared,
  targetGroup,
  text,
  texts,
} from '../../config/index.ts';
import { configureLook, configureScan, type ScanFlags } from '../scan/index.ts';

const manifests = texts(
  'manifests PATH',
  'manifests that the policies would be asked about; gives the types and namespaces',
);
const output = text('output FORMAT', 'table, wide (with the types) or json', {
  short: 'o',
  default: 'table',
  parse: oneOf(['table', 'wide', 'json']),
});

const groups: readonly OptionGroup[] = [
  targetGroup,
  { ...filePoliciesGroup, options: [...filePoliciesGroup.options, manifests] },
  connectionGroup,
  { title: 'Output', options: [output, shared.noHeaders] },
  configGroup,
];

/** What `policies` was asked for. `scan` is the scan whose plan is looked at. */
export type PoliciesConfig = {
  readonly scan: ScanConfig;
  /** With `*` and `?`; undefined for all. */
  readonly name: string | undefined;
  readonly output: 'table' | 'wide' | 'json';
};

/** What `policies` has of `scan`, and what of its own. */
export const policiesLook = { usage: 'policies [NAME]', words: 1, groups, own: [output, manifests] };

/** Checks the flags of `policies` and the environment variables that it shares with `scan`. */
export function configurePolicies(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<PoliciesConfig> {
  const [name] = words;
  const filter = name === undefined ? {} : { policy: [name] };
  const checked = configureLook(policiesLook, { flags, environment, words }, (ofScan, env, own) =>
    scanOfPolicies({ ...ofScan, ...filter }, env, own?.manifests ?? []),
  );
  if (!checked.ok) return checked;
  const { scan, own } = checked.value;
  return { ok: true, value: deepFreeze({ scan, name, output: own.output }) };
}

/** Where policies come from files alone but no manifests are named, it is a scan of files that are not known yet. */
export function scanOfPolicies(
  flags: ScanFlags,
  env: Environment,
  paths: readonly string[],
): Checked<ScanConfig> {
  const named = flags.policies ?? [env[environmentVariable('policies')] ?? ''];
  const areOfFiles = named.every((name) => name !== '' && name !== 'cluster');
  if (!areOfFiles || paths.length > 0) return configureScan(flags, env, paths);
  const scan = configureScan(flags, env, ['.']);
  if (!scan.ok || scan.value.files === undefined) return scan;
  return { ok: true, value: { ...scan.value, files: { ...scan.value.files, paths, allowEmpty: true } } };
}
