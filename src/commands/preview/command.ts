import type { Command } from '../../config/index.ts';
import { startScan } from '../scan/index.ts';
import { renderPreviewHelp } from './help.ts';
import { interpretPreview } from './interpret.ts';
import { previewGroups } from './options.ts';

/** `audit-scanner preview`: a scan that compares policies of files with the installed ones. */
export const preview: Command = {
  help: renderPreviewHelp,
  groups: previewGroups,
  run: (args, surroundings) =>
    startScan(args, surroundings, {
      options: previewGroups.flatMap((group) => group.options),
      interpret: interpretPreview,
    }),
};
