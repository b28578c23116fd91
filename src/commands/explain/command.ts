import type { Command } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { findCode, renderManual, renderManualIndex, suggestCode } from '../../manual/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { startLook } from '../scan/index.ts';
import { renderExplainHelp } from './help.ts';
import { configureExplain, explainLook } from './options.ts';

/** `audit-scanner explain`. */
export const explain: Command = {
  help: renderExplainHelp,
  groups: explainLook.groups,
  run: async (args, surroundings) => {
    const { io } = surroundings;
    const [word] = args;
    if (word === undefined) {
      return print(`${renderManualIndex()}\nRun "audit-scanner explain CODE" for the manual of one.\n`, io);
    }
    // Offline, because there may be no cluster to ask when somebody looks up a code.
    if (args.length === 1 && isLikeCode(word)) return explainCode(word, io);
    return startLook(args, surroundings, {
      groups: explainLook.groups,
      configure: configureExplain,
      run: async (...run) => (await import('./run.ts')).explainPolicy(...run),
    });
  },
};

function isLikeCode(word: string): boolean {
  return findCode(word) !== undefined || /^\s*(?:AS[-_ ]?)?\d+\s*$/i.test(word);
}

function explainCode(word: string, io: Io): Promise<number> {
  const code = findCode(word);
  if (code !== undefined) return print(renderManual(code), io);
  const nearest = suggestCode(word);
  throw new AuditError(errorCodes.invalidValue, `there is no error code "${word}"`, {
    facts: nearest === undefined ? [] : [`Did you mean ${nearest}?`],
    tries: ['audit-scanner explain'],
  });
}

async function print(text: string, io: Io): Promise<number> {
  await io.stdout.write(text);
  return exitCodes.ok;
}
