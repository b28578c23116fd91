import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderStatusHelp } from './help.ts';
import { configureStatus, statusLook } from './options.ts';

/** `audit-scanner status`. */
export const status: Command = {
  help: renderStatusHelp,
  run: (args, { io }) =>
    startLook(args, io, {
      groups: statusLook.groups,
      configure: configureStatus,
      run: async (...run) => (await import('./run.ts')).runStatus(...run),
    }),
};
