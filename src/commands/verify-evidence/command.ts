import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderVerifyHelp } from './help.ts';
import { configureVerify, verifyLook } from './options.ts';

/** `audit-scanner verify-evidence`. */
export const verifyEvidence: Command = {
  help: renderVerifyHelp,
  groups: verifyLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: verifyLook.groups,
      configure: configureVerify,
      run: async (...run) => (await import('./run.ts')).runVerify(...run),
    }),
};
