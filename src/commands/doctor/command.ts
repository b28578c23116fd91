import type { Command } from '../../config/index.ts';
import { startLook } from '../scan/index.ts';
import { renderDoctorHelp } from './help.ts';
import { configureDoctor, doctorLook } from './options.ts';

/** `audit-scanner doctor`. */
export const doctor: Command = {
  help: renderDoctorHelp,
  groups: doctorLook.groups,
  run: (args, surroundings) =>
    startLook(args, surroundings, {
      groups: doctorLook.groups,
      configure: configureDoctor,
      run: async (...run) => (await import('./run.ts')).runDoctor(...run),
    }),
};
