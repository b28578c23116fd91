import { Command, Option } from 'commander';
import type { AuditError } from '../domain/index.ts';
import { optionKey } from './option.ts';
import { type FlagGrammar, normalizeArgs } from './pflag.ts';
import type { FlagValues } from './sources.ts';

export type ParsedArgs = {
  readonly flags: FlagValues;
  readonly positionals: readonly string[];
  readonly problems: readonly AuditError[];
};

/** argv -> plain values, nothing interpreted yet. The one place that knows commander. */
export function parseArgs(argv: readonly string[], grammar: FlagGrammar): ParsedArgs {
  const { args, problems } = normalizeArgs(argv, grammar);
  const flags = new Map<string, string[]>();
  const command = new Command().helpOption(false).argument('[arguments...]');
  for (const { name } of grammar.options) {
    const values: string[] = [];
    // Collected here and not read from opts(), where `--no-color` would be the opposite of `--color`.
    const collect = (value: string): void => {
      values.push(value);
      flags.set(optionKey(name), values);
    };
    command.addOption(new Option(`--${name} <value>`).argParser(collect));
  }
  command.parse([...args], { from: 'user' });
  return { flags: Object.fromEntries(flags), positionals: command.args, problems };
}
