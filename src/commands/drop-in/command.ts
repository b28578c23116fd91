import type { Command } from '../../config/index.ts';

/** The flags of the Go scanner, without a command. */
export const dropIn: Command = { run: async (...run) => (await import('./run.ts')).runDropIn(...run) };
