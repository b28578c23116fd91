import { findNearest } from '../../text/index.ts';
import { explainForeignFlag } from '../index.ts';
import type { ConfigVocabulary, OtherCommand } from './vocabulary.ts';

/** What is wrong with a key that is not a flag of `scan`, and what may have been meant. */
export function explainUnknownKey(
  key: string,
  { options, others }: ConfigVocabulary,
): readonly [message: string, fact?: string] {
  const canonical = options.find(({ aliases = [], short }) => aliases.includes(key) || short === key);
  if (canonical !== undefined) return [`"${key}" is called "${canonical.name}" in a file`];
  const owners = others.filter((other) => other.options.some(({ name }) => name === key));
  if (owners.length > 0)
    return [describeOwners(key, owners), 'A file sets the flags of `audit-scanner scan`.'];
  const visible = options.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const nearest = findNearest(key, visible);
  if (nearest !== undefined) return [`there is no flag "${key}"`, `Did you mean "${nearest}"?`];
  const foreign = explainForeignFlag(`--${key}`, options)?.facts[0];
  return [`there is no flag "${key}"`, foreign ?? 'All flags: audit-scanner config init'];
}

function describeOwners(key: string, owners: readonly OtherCommand[]): string {
  const commands = owners.map(({ name }) => `\`audit-scanner ${name}\``).join(' and ');
  return `"${key}" is a flag of ${commands} only, and belongs on its command line`;
}
