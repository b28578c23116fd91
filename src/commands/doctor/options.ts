import {
  type Checked,
  configGroup,
  connectionGroup,
  deepFreeze,
  type Environment,
  engineGroup,
  type FlagValues,
  filePoliciesGroup,
  type OptionGroup,
  oneOf,
  type ScanConfig,
  shared,
  targetGroup,
  text,
  toggle,
} from '../../config/index.ts';
import { baselineOption, configureLook } from '../scan/index.ts';

const output = text('output FORMAT', 'table or json', {
  short: 'o',
  default: 'table',
  parse: oneOf(['table', 'json']),
});
const evaluate = toggle(
  'evaluate',
  'also ask each policy about a made-up object, to check that its server has loaded it',
);

const groups: readonly OptionGroup[] = [
  targetGroup,
  filePoliciesGroup,
  engineGroup,
  connectionGroup,
  {
    title: 'Checks',
    options: [shared.store, shared.reportKind, baselineOption, shared.connections, evaluate],
  },
  { title: 'Output', options: [output, shared.color, shared.noColor] },
  configGroup,
];

/** What `doctor` was asked for. `scan` is the scan that shall work. */
export type DoctorConfig = {
  readonly scan: ScanConfig;
  readonly output: 'table' | 'json';
  /** Whether each policy is asked about a made-up object. */
  readonly evaluate: boolean;
};

/** What `doctor` has of `scan`, and what of its own. */
export const doctorLook = { usage: 'doctor [flags]', words: 0, groups, own: [output, evaluate] };

/** Checks the flags of `doctor` and the environment variables that it shares with `scan`. */
export function configureDoctor(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<DoctorConfig> {
  const checked = configureLook(doctorLook, { flags, environment, words });
  if (!checked.ok) return checked;
  const { scan, own } = checked.value;
  return { ok: true, value: deepFreeze({ scan, ...own }) };
}
