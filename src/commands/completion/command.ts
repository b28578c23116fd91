import type { Command } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { renderCompletionHelp } from './help.ts';
import { shells } from './shells.ts';

/** `audit-scanner completion`. */
export const completion: Command = {
  help: renderCompletionHelp,
  run: async ([word, ...surplus], { io }) => {
    const shell = shells.find((one) => one === word);
    if (shell === undefined || surplus.length > 0) throw whichShell([word, ...surplus]);
    const { scripts } = await import('./scripts.ts');
    await io.stdout.write(scripts[shell]);
    return exitCodes.ok;
  },
};

function whichShell(words: readonly (string | undefined)[]): AuditError {
  const given = words.join(' ');
  const message = given === '' ? 'no shell is given' : `there is no completion for "${given}"`;
  return new AuditError(errorCodes.invalidValue, message, {
    facts: [`Known: ${shells.join(', ')}`],
    tries: ['audit-scanner completion --help'],
  });
}
