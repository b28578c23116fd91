import type { Command } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { asksForHelp, type Io, toolVersion } from '../../host/index.ts';
import { exitCodes } from '../../verdict/index.ts';

/** `audit-scanner version`. */
export const version: Command = { run: (args, { io }) => printVersion(args, io) };

async function printVersion(args: readonly string[], io: Io): Promise<number> {
  const { version: node, platform, arch } = process;
  const asJson = /^(-o ?=?|--output[ =])json$/.test(args.join(' '));
  if (!asJson && args.length > 0 && !asksForHelp(args)) {
    throw new AuditError(errorCodes.invalidValue, `audit-scanner version does not know "${args.join(' ')}"`, {
      tries: ['audit-scanner version', 'audit-scanner version -o json'],
    });
  }
  const facts = { version: toolVersion, node, platform: `${platform}/${arch}` };
  await io.stdout.write(
    asJson
      ? `${JSON.stringify(facts)}\n`
      : `audit-scanner ${toolVersion} (Node.js ${node}, ${facts.platform})\n`,
  );
  return exitCodes.ok;
}
