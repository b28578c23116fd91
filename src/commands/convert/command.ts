import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderConvertHelp } from './help.ts';
import { configureConvert, convertLook } from './options.ts';

/** `audit-scanner convert`. */
export const convert: Command = {
  help: renderConvertHelp,
  groups: convertLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: convertLook.groups,
      configure: configureConvert,
      run: async (...run) => {
        const [{ limitHeap }, { runConvert }] = await Promise.all([
          import('../../host/index.ts'),
          import('./run.ts'),
        ]);
        limitHeap({ streaming: true, besidePolicies: false, holding: true });
        return runConvert(...run);
      },
    }),
};
