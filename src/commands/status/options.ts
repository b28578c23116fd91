import {
  apiServerOptions,
  type Checked,
  configGroup,
  deepFreeze,
  type Environment,
  type FlagValues,
  type OptionGroup,
  oneOf,
  parseAge,
  type ScanConfig,
  shared,
  text,
} from '../../config/index.ts';
import { configureLook } from '../scan/index.ts';

const output = text('output FORMAT', 'text or json', {
  short: 'o',
  default: 'text',
  parse: oneOf(['text', 'json']),
});
const maxAge = text(
  'max-age AGE',
  'how long ago the last complete run may have ended; the default suits nightly runs',
  { default: '25h', parse: parseAge },
);

const groups: readonly OptionGroup[] = [
  { title: 'Record', options: [maxAge, shared.reportKind] },
  { title: 'Connection', options: apiServerOptions },
  { title: 'Output', options: [output] },
  configGroup,
];

/** What `status` was asked for. `scan` says which cluster, and which kind of reports. */
export type StatusConfig = {
  readonly scan: ScanConfig;
  readonly output: 'text' | 'json';
  readonly maxAgeMs: number;
};

/** What `status` has of `scan`, and what of its own. */
export const statusLook = {
  usage: 'status [flags]',
  words: 0,
  lenient: true,
  groups,
  own: [output, maxAge],
};

/** Checks the flags of `status` and the environment variables that it shares with `scan`. */
export function configureStatus(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<StatusConfig> {
  const checked = configureLook(statusLook, { flags, environment, words });
  if (!checked.ok) return checked;
  const { scan, own } = checked.value;
  return { ok: true, value: deepFreeze({ scan, output: own.output, maxAgeMs: own.maxAge }) };
}
