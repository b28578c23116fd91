import {
  apiServerOptions,
  type Checked,
  deepFreeze,
  type Environment,
  type FlagValues,
  type OptionGroup,
  type OptionSpec,
  type ScanConfig,
  shared,
} from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import {
  baselineOptions,
  configureLook,
  historyOption,
  judgingGroup,
  screenGroup,
  showingGroup,
} from '../scan/index.ts';

const gate = { title: 'Gate', options: [...judgingGroup.options, ...baselineOptions] };
const report = { ...showingGroup, options: [...showingGroup.options, historyOption] };
const cluster = {
  title: 'Stored reports (--baseline cluster)',
  options: [...apiServerOptions, shared.reportKind],
};
const groups: readonly OptionGroup[] = [report, gate, cluster, screenGroup];
const own: readonly OptionSpec[] = [];

/** What `convert` was asked for. `scan` says how the result is shown and judged. */
export type ConvertConfig = { readonly scan: ScanConfig; readonly file: string };

/** All that `convert` has is of `scan`. */
export const convertLook = { usage: 'convert FILE [flags]', words: 1, lenient: true, groups, own };

/** Checks the flags of `convert` and the environment variables that it shares with `scan`. */
export function configureConvert(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<ConvertConfig> {
  const checked = configureLook(convertLook, { flags, environment, words });
  const [file] = words;
  const missing = file === undefined ? [fileMissing()] : [];
  if (!checked.ok) return { ok: false, problems: [...missing, ...checked.problems] };
  if (file === undefined) return { ok: false, problems: missing };
  return { ok: true, value: deepFreeze({ scan: checked.value.scan, file }) };
}

function fileMissing(): AuditError {
  return new AuditError(errorCodes.invalidValue, 'convert needs the FILE of a saved result', {
    tries: ['audit-scanner scan -o json=result.json', 'audit-scanner convert result.json -o markdown'],
  });
}
