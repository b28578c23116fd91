import type { Checked, ScanConfig, Surroundings } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { startAudit } from '../scan/index.ts';
import { configureDropIn } from './configure.ts';
import { dropInOptions } from './options.ts';
import { readGoFlags } from './pflag.ts';

/** The Go scanner's flags, without a command. What is not a flag is ignored as the Go scanner does, but for a command in the wrong place. */
export async function runDropIn(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { flags, positionals, problems } = readGoFlags(args, dropInOptions);
  const command = surroundings.commands.find(({ name }) => positionals.includes(name))?.name;
  const refused = [...problems, ...(command === undefined ? [] : [misplaced(command)])];
  const checked: Checked<ScanConfig> =
    refused.length > 0 ? { ok: false, problems: refused } : configureDropIn(flags, surroundings.io.env);
  return startAudit(checked, { frontDoor: 'drop-in', flags, paths: [] }, surroundings);
}

function misplaced(command: string): AuditError {
  return new AuditError(errorCodes.unknownCommand, `the command "${command}" must come before the flags`, {
    tries: [`audit-scanner ${command} …`],
  });
}
