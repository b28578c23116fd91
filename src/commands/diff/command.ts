import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderDiffHelp } from './help.ts';
import { configureDiff, diffLook } from './options.ts';

/** `audit-scanner diff`. */
export const diff: Command = {
  help: renderDiffHelp,
  groups: diffLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: diffLook.groups,
      configure: configureDiff,
      run: async (...run) => {
        const [{ limitHeap }, { runDiff }] = await Promise.all([
          import('../../host/index.ts'),
          import('./run.ts'),
        ]);
        limitHeap({ streaming: true, besidePolicies: false, holding: true });
        return runDiff(...run);
      },
    }),
};
