import {
  apiServerOptions,
  type Checked,
  configGroup,
  deepFreeze,
  type Environment,
  type FlagValues,
  type OptionGroup,
  oneOf,
  type ScanConfig,
  shared,
  text,
  toggle,
} from '../../config/index.ts';
import { scanOfPolicies } from '../policies/index.ts';
import { configureLook } from '../scan/index.ts';

const output = text('output FORMAT', 'text or json', {
  short: 'o',
  default: 'text',
  parse: oneOf(['text', 'json']),
});
const pull = toggle('pull', 'download a missing module to read its metadata');
const noReports = toggle('no-reports', 'do not read stored reports to count the objects that fail');

const groups: readonly OptionGroup[] = [
  {
    title: 'Policies in files',
    options: [
      shared.policies,
      shared.sourcesPath,
      shared.dockerConfigJsonPath,
      shared.verificationConfigPath,
      shared.sigstoreTrustRoot,
    ],
  },
  { title: 'Connection', options: [...apiServerOptions, shared.kubewardenNamespace] },
  { title: 'What to read', options: [pull, noReports, shared.reportKind] },
  { title: 'Output', options: [output] },
  configGroup,
];

/** Which policy `explain` was asked for. `scan` says where it is. */
export type ExplainConfig = {
  readonly scan: ScanConfig;
  readonly name: string | undefined;
  readonly output: 'text' | 'json';
  readonly pull: boolean;
  readonly reports: boolean;
};

/** What `explain` has of `scan`, and what of its own. */
export const explainLook = {
  usage: 'explain [CODE|POLICY]',
  words: 1,
  groups,
  own: [output, pull, noReports],
};

/** Checks the flags of `explain` and the environment variables that it shares with `scan`. */
export function configureExplain(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<ExplainConfig> {
  const checked = configureLook(explainLook, { flags, environment, words }, (ofScan, env) =>
    scanOfPolicies(ofScan, env, []),
  );
  if (!checked.ok) return checked;
  const { scan, own } = checked.value;
  const config = { scan, name: words[0], output: own.output, pull: own.pull, reports: !own.noReports };
  return { ok: true, value: deepFreeze(config) };
}
