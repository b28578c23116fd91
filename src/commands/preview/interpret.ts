import type { CommandLine, FlagValues } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { findPaths } from '../scan/index.ts';

type Asked = {
  readonly flags: FlagValues;
  readonly paths: readonly string[];
  readonly problems: readonly AuditError[];
};

/** A preview in the flags of `scan`: its first word names the policies, the others what is looked at. */
export function interpretPreview({
  flags,
  positionals: [policies, ...words],
}: Pick<CommandLine, 'flags' | 'positionals'>): Asked {
  const paths = findPaths(words, flags, {});
  if (policies !== undefined)
    return { flags: { ...flags, policies: [policies], compare: ['true'] }, paths, problems: [] };
  const missing = new AuditError(errorCodes.nothingToScan, 'there is no policy to preview', {
    facts: ['Usage: audit-scanner preview POLICIES [PATH...]'],
    tries: ['audit-scanner preview new.yaml'],
  });
  return { flags, paths, problems: [missing] };
}
