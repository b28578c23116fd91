import type { Command } from '../../config/index.ts';
import { renderScanHelp } from './help.ts';
import { scanGroups, scanOptions } from './options.ts';
import { findPaths } from './paths.ts';
import { startScan } from './start-scan.ts';

/** `audit-scanner scan`. */
export const scan: Command = {
  help: renderScanHelp,
  groups: scanGroups,
  run: (args, surroundings) =>
    startScan(args, surroundings, {
      options: scanOptions,
      interpret: ({ flags, positionals }) => ({
        flags,
        paths: findPaths(positionals, flags, surroundings.io.env),
        problems: [],
      }),
    }),
};
