import { Command, Option } from 'commander';
import { AuditError, errorCodes } from '../../domain/index.ts';
import {
  type CommandLine,
  type FlagGrammar,
  type OptionSpec,
  type Use,
  Uses,
  unknownFlag,
} from '../index.ts';

/** No argument can hold NUL, so an option that gets this one for its value is the last and has none. */
const end = '\0';

/** argv -> plain values, by commander. What commander does not know of is made known to it: see ADR 25. */
export function readCommandLine(args: readonly string[], grammar: FlagGrammar): CommandLine {
  const uses = new Uses();
  const command = new Command();
  for (const option of grammar.options) {
    for (const spelling of spellingsOf(option)) {
      command.addOption(toCommander(option, spelling, { args, uses }));
    }
  }
  for (const arg of new Set(args)) {
    const read = findExtra(arg, grammar);
    if (read !== undefined)
      command.addOption(
        new ArgumentOption(arg, () => {
          read(uses);
        }),
      );
  }
  const { operands } = command.parseOptions([...args, end]);
  return {
    flags: uses.flags,
    positionals: operands.slice(0, operands.at(-1) === end ? -1 : undefined),
    problems: uses.problems,
  };
}

/** Each is an option of its own to commander, which has no aliases and does not tell which of two spellings was used. */
function spellingsOf({ name, aliases = [], short }: OptionSpec): readonly string[] {
  return [...[name, ...aliases].map((long) => `--${long}`), ...(short === undefined ? [] : [`-${short}`])];
}

type Reading = { readonly args: readonly string[]; readonly uses: Uses };

function toCommander(option: OptionSpec, spelling: string, { args, uses }: Reading): Option {
  const isLong = spelling.startsWith('--');
  // `-n=foo` is how Go writes `-nfoo`; of `-n =foo` the sign is part of the value.
  const toValue = (value: string): string =>
    isLong || args.includes(value) || !/^=./.test(value) ? value : value.slice(1);
  const parse = (value: string): void => {
    uses.add({ option, spelling, value: value === end ? undefined : toValue(value) });
  };
  return new Option(option.bare === undefined ? `${spelling} <value>` : spelling)
    .preset(option.bare)
    .argParser(parse);
}

/** An argument that is an option as it stands, whatever is in it. */
class ArgumentOption extends Option {
  readonly #arg: string;

  constructor(arg: string, read: () => void) {
    super('--argument');
    this.#arg = arg;
    this.long = arg;
    this.preset(arg).argParser(read);
  }

  override name(): string {
    return this.#arg;
  }

  override attributeName(): string {
    return this.#arg;
  }
}

/** How an argument is read that is a flag, but none that commander could read: a switch with a value, or a flag that does not exist. */
function findExtra(arg: string, grammar: FlagGrammar): ((uses: Uses) => void) | undefined {
  if (arg === '-' || arg === '--' || !arg.startsWith('-')) return undefined;
  return arg.startsWith('--') ? findExtraLong(arg, grammar) : findExtraShorts(arg, grammar);
}

function findExtraLong(arg: string, grammar: FlagGrammar): ((uses: Uses) => void) | undefined {
  const equals = arg.indexOf('=');
  const spelling = equals === -1 ? arg : arg.slice(0, equals);
  const option = grammar.options.find((candidate) => spellingsOf(candidate).includes(spelling));
  if (option === undefined) {
    const isFlag = /^--[^-]/.test(spelling);
    const problem = isFlag
      ? unknownFlag(spelling, grammar)
      : new AuditError(errorCodes.unknownFlag, `bad flag syntax: ${arg}`);
    return (uses) => uses.problems.push(problem);
  }
  if (option.bare === undefined || equals === -1) return undefined;
  return (uses) => {
    uses.add({ option, spelling, value: arg.slice(equals + 1) });
  };
}

/** `-q=false`, `-vq=0`, `-vz`: switches, the last of which has a value or is none. */
function findExtraShorts(arg: string, grammar: FlagGrammar): ((uses: Uses) => void) | undefined {
  const switches: Use[] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const spelling = `-${arg[at] ?? ''}`;
    const option = grammar.options.find(({ short }) => `-${short ?? ''}` === spelling);
    if (option === undefined) return readSwitches(switches, arg.slice(at), unknownFlag(spelling, grammar));
    if (option.bare === undefined) return undefined;
    switches.push({ option, spelling, value: option.bare });
  }
  return undefined;
}

function readSwitches(switches: readonly Use[], rest: string, problem: AuditError): (uses: Uses) => void {
  const last = switches.at(-1);
  const isValue = last !== undefined && /^=./s.test(rest);
  const all = isValue ? [...switches.slice(0, -1), { ...last, value: rest.slice(1) }] : switches;
  return (uses) => {
    for (const use of all) uses.add(use);
    if (!isValue) uses.problems.push(problem);
  };
}
