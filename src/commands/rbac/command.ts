import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderRbacHelp } from './help.ts';
import { configureRbac, rbacLook } from './options.ts';

/** `audit-scanner rbac`. */
export const rbac: Command = {
  help: renderRbacHelp,
  groups: rbacLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: rbacLook.groups,
      configure: configureRbac,
      run: async (...run) => (await import('./run.ts')).runRbac(...run),
    }),
};
