import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderReportHelp } from './help.ts';
import { configureReport, reportLook } from './options.ts';

/** `audit-scanner report`. */
export const report: Command = {
  help: renderReportHelp,
  groups: reportLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: reportLook.groups,
      configure: configureReport,
      run: async (...run) => (await import('./run.ts')).runReport(...run),
    }),
};
