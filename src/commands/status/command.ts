import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderStatusHelp } from './help.ts';
import { configureStatus, statusLook } from './options.ts';

/** `audit-scanner status`. */
export const status: Command = {
  help: renderStatusHelp,
  groups: statusLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: statusLook.groups,
      configure: configureStatus,
      run: async (...run) => (await import('./run.ts')).runStatus(...run),
    }),
};
