import type { Command } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { asksForHelp, type Io } from '../../host/index.ts';
import { findCode, renderManual, renderManualIndex, suggestCode } from '../../manual/index.ts';
import { exitCodes } from '../../verdict/index.ts';

/** `audit-scanner explain`. */
export const explain: Command = {
  run: async (args, { io }) => {
    const [text] = args;
    if (asksForHelp(args) || text === undefined) {
      return print(`${renderManualIndex()}\nRun "audit-scanner explain CODE" for the manual of one.\n`, io);
    }
    const code = findCode(text);
    if (code !== undefined) return print(renderManual(code), io);
    const nearest = suggestCode(text);
    throw new AuditError(errorCodes.invalidValue, `there is no error code "${text}"`, {
      facts: nearest === undefined ? [] : [`Did you mean ${nearest}?`],
      tries: ['audit-scanner explain'],
    });
  },
};

async function print(text: string, io: Io): Promise<number> {
  await io.stdout.write(text);
  return exitCodes.ok;
}
