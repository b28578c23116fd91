import type { Checked, Command, ScanConfig } from '../../config/index.ts';
import { configureScan } from './configure.ts';
import { renderScanHelp } from './help.ts';
import { scanOptions } from './options.ts';
import { explainReferenceFlag } from './reference-flags.ts';
import { startAudit } from './start.ts';

/** `audit-scanner scan`. */
export const scan: Command = {
  help: renderScanHelp,
  run: async (args, surroundings) => {
    const { readCommandLine } = await import('../../config/command-line/index.ts');
    const { flags, positionals, problems } = readCommandLine(args, {
      options: scanOptions,
      explainUnknown: explainReferenceFlag,
    });
    const checked: Checked<ScanConfig> =
      problems.length > 0 ? { ok: false, problems } : configureScan(flags, surroundings.io.env, positionals);
    return startAudit(checked, { frontDoor: 'scan', flags, paths: positionals }, surroundings);
  },
};
