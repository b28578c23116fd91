import {
  apiServerOptions,
  type Checked,
  configGroup,
  deepFreeze,
  type Environment,
  type FlagValues,
  type OptionGroup,
  type OptionSpec,
  type ScanConfig,
  shared,
  targetGroup,
} from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import {
  baselineOptions,
  configureLook,
  historyOption,
  judgingGroup,
  policyFilterOptions,
  screenGroup,
  showingGroup,
} from '../scan/index.ts';

const groups: readonly OptionGroup[] = [
  { ...targetGroup, options: [...targetGroup.options, ...policyFilterOptions, shared.reportKind] },
  { ...showingGroup, options: [...showingGroup.options, historyOption] },
  { title: 'Gate', options: [...judgingGroup.options, ...baselineOptions] },
  { title: 'Connection', options: apiServerOptions },
  screenGroup,
  configGroup,
];
const own: readonly OptionSpec[] = [];

/** All that `report` has is of `scan`. */
export const reportLook = { usage: 'report [flags]', words: 0, lenient: true, groups, own };

/** Checks the flags of `report` and the environment variables that it shares with `scan`. */
export function configureReport(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<ScanConfig> {
  const checked = configureLook(reportLook, { flags, environment, words });
  if (!checked.ok) return checked;
  const { scan } = checked.value;
  return scan.baselineSource === 'cluster'
    ? { ok: false, problems: [comparedWithItself()] }
    : { ok: true, value: deepFreeze(scan) };
}

function comparedWithItself(): AuditError {
  return new AuditError(
    errorCodes.conflictingFlags,
    'report shows the stored reports, and --baseline cluster names the same: nothing would be new',
    { tries: ['audit-scanner scan --baseline cluster', 'audit-scanner report --baseline FILE'] },
  );
}
