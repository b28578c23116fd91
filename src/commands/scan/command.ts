import type { Checked, Command, ScanConfig, Surroundings } from '../../config/index.ts';
import type { Layered } from './config-layer.ts';
import { configureScan } from './configure.ts';
import { renderScanHelp } from './help.ts';
import { loadConfigLayer } from './load-config-layer.ts';
import { scanGroups, scanOptions } from './options.ts';
import { explainReferenceFlag } from './reference-flags.ts';
import { startAudit } from './start.ts';

/** `audit-scanner scan`. */
export const scan: Command = {
  help: renderScanHelp,
  groups: scanGroups,
  run: async (args, surroundings) => {
    const [{ readCommandLine }, { layerConfigFile }] = await Promise.all([
      import('../../config/command-line/index.ts'),
      loadConfigLayer(),
    ]);
    const line = readCommandLine(args, { options: scanOptions, explainUnknown: explainReferenceFlag });
    const { positionals: paths } = line;
    const environment = surroundings.io.env;
    const below = { flags: line.flags, environment, paths, options: scanOptions };
    const { flags, problems, explain } = await layerConfigFile(below, surroundings);
    const wrong = [...line.problems, ...problems];
    const checked: Checked<ScanConfig> =
      wrong.length > 0 ? { ok: false, problems: wrong } : configureScan(flags, environment, paths);
    return startAudit(
      checked.ok ? checked : { ok: false, problems: explain(checked.problems) },
      { frontDoor: 'scan', flags, paths },
      await withLogFormat(flags, surroundings),
    );
  },
};

/** The door reads the format of the log from the command line alone, and does not know the file. */
async function withLogFormat(flags: Layered['flags'], surroundings: Surroundings): Promise<Surroundings> {
  if (flags['logFormat']?.at(-1)?.toLowerCase() !== 'json') return surroundings;
  const { withJsonStderr } = await import('../../host/logging/index.ts');
  return { ...surroundings, io: withJsonStderr(surroundings.io) };
}
