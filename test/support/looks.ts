import { configureConvert, convertLook } from '../../src/commands/convert/options.ts';
import { configureDoctor, doctorLook } from '../../src/commands/doctor/options.ts';
import { configureExplain, explainLook } from '../../src/commands/explain/options.ts';
import { configurePolicies, policiesLook } from '../../src/commands/policies/options.ts';
import { configureRbac, rbacLook } from '../../src/commands/rbac/options.ts';
import { configureReport, reportLook } from '../../src/commands/report/options.ts';
import type { Look } from '../../src/commands/scan/look.ts';
import { configureStatus, statusLook } from '../../src/commands/status/options.ts';
import { configureVerify, verifyLook } from '../../src/commands/verify-evidence/options.ts';
import type { Environment, FlagValues } from '../../src/config/given.ts';
import type { OptionGroup, OptionSpec } from '../../src/config/option.ts';

/** The commands that look at what a scan would do, with the flags of their own in the order of the help. */
export const looks = {
  convert: { ...tableOf(convertLook), configure: withFile(configureConvert) },
  policies: { ...tableOf(policiesLook), configure: configurePolicies },
  doctor: { ...tableOf(doctorLook), configure: configureDoctor },
  rbac: { ...tableOf(rbacLook), configure: configureRbac },
  report: { ...tableOf(reportLook), configure: configureReport },
  status: { ...tableOf(statusLook), configure: configureStatus },
  'verify-evidence': { ...tableOf(verifyLook), configure: withFile(configureVerify) },
  explain: { ...tableOf(explainLook), configure: configureExplain },
};

/** What needs a word has one. */
function withFile<T>(
  configure: (flags: FlagValues, environment: Environment, words: readonly string[]) => T,
) {
  return (flags: FlagValues, environment: Environment, words: readonly string[]): T =>
    configure(flags, environment, words.length > 0 ? words : ['FILE']);
}

function tableOf({ groups, own }: Look<OptionSpec>): {
  readonly groups: readonly OptionGroup[];
  readonly own: readonly OptionSpec[];
} {
  const options = groups.flatMap((group) => group.options);
  return { groups, own: [...own].sort((a, b) => options.indexOf(a) - options.indexOf(b)) };
}
