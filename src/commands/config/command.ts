import type { Command } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { scanGroups } from '../scan/index.ts';
import { renderConfigHelp } from './help.ts';

/** `audit-scanner config`. */
export const config: Command = {
  help: renderConfigHelp,
  groups: scanGroups,
  run: async ([action, ...args], surroundings) => {
    if (action === 'show') return (await import('./show.ts')).showConfig(args, surroundings);
    if (action === 'init') return (await import('./init.ts')).initConfig(args, surroundings.io);
    if (action === 'validate') return (await import('./validate.ts')).validateConfig(args, surroundings);
    throw unknownAction(action);
  },
};

function unknownAction(action: string | undefined): AuditError {
  const message = action === undefined ? 'no action is given' : `there is no "config ${action}"`;
  return new AuditError(errorCodes.unknownCommand, message, {
    tries: ['audit-scanner config show', 'audit-scanner config init', 'audit-scanner config validate FILE'],
  });
}
