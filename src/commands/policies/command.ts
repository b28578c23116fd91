import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderPoliciesHelp } from './help.ts';
import { configurePolicies, policiesLook } from './options.ts';

/** `audit-scanner policies`. */
export const policies: Command = {
  help: renderPoliciesHelp,
  groups: policiesLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: policiesLook.groups,
      configure: configurePolicies,
      run: async (...run) => (await import('./run.ts')).runPolicies(...run),
    }),
};
