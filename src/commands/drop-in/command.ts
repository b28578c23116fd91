import type { Command } from '../../config/index.ts';

/** The flags of the reference, without a command. */
export const dropIn: Command = { run: async (...run) => (await import('./run.ts')).runDropIn(...run) };
