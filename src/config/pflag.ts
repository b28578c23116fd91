import { AuditError, errorCodes } from '../domain/index.ts';
import { findNearest } from '../text/index.ts';
import { explainForeignFlag } from './foreign-flags.ts';
import { formatOption, type OptionSpec } from './option.ts';

/** The flags of one front door. `explainUnknown` may know why a flag that does not exist was tried. */
export type FlagGrammar = {
  readonly options: readonly OptionSpec[];
  readonly explainUnknown?: (flag: string) => AuditError | undefined;
};

/** `args` has one spelling left, `--name=value`, for switches too; what is not a flag follows after `--`. */
export type NormalizedArgs = { readonly args: readonly string[]; readonly problems: readonly AuditError[] };

type Reader = {
  readonly grammar: FlagGrammar;
  readonly pending: string[];
  readonly flags: string[];
  readonly problems: AuditError[];
};

/** Rewrites every spelling that Go's pflag accepts (`-nfoo`, `-n=foo`, `-n foo`, `-co`, `--x v`, `--x=v`) into one. */
export function normalizeArgs(argv: readonly string[], grammar: FlagGrammar): NormalizedArgs {
  const reader: Reader = { grammar, pending: [...argv], flags: [], problems: [] };
  const positionals: string[] = [];
  for (let arg = reader.pending.shift(); arg !== undefined; arg = reader.pending.shift()) {
    if (arg === '--') {
      positionals.push(...reader.pending.splice(0));
    } else if (arg.startsWith('--')) {
      readLong(arg, reader);
    } else if (arg.startsWith('-') && arg.length > 1) {
      readShorts(arg, reader);
    } else {
      positionals.push(arg);
    }
  }
  return { args: [...reader.flags, '--', ...positionals], problems: reader.problems };
}

function readLong(arg: string, reader: Reader): void {
  const [flag, inline] = splitOnce(arg.slice(2));
  if (flag === '' || flag.startsWith('-')) {
    reader.problems.push(new AuditError(errorCodes.unknownFlag, `bad flag syntax: ${arg}`));
    return;
  }
  const option = reader.grammar.options.find(
    ({ name, aliases = [] }) => name === flag || aliases.includes(flag),
  );
  if (option === undefined) {
    reader.problems.push(unknownFlag(`--${flag}`, reader.grammar));
    return;
  }
  const value = inline ?? implicitValue(option) ?? reader.pending.shift();
  accept(option, { value, spelling: `--${flag}` }, reader);
}

function readShorts(arg: string, reader: Reader): void {
  for (let rest = arg.slice(1); rest !== ''; ) {
    const short = rest[0] ?? '';
    const tail = rest.slice(1);
    const spelling = `-${short}`;
    const option = reader.grammar.options.find((candidate) => candidate.short === short);
    if (option === undefined) {
      reader.problems.push(unknownFlag(spelling, reader.grammar));
      return;
    }
    const inline = /^=./.test(tail) ? tail.slice(1) : undefined;
    const implicit = inline === undefined ? implicitValue(option) : undefined;
    const value = inline ?? implicit ?? (tail === '' ? reader.pending.shift() : tail);
    accept(option, { value, spelling }, reader);
    rest = implicit === undefined ? '' : tail;
  }
}

/** What a switch means without a value. */
function implicitValue({ type }: OptionSpec): string | undefined {
  if (type === 'boolean') return 'true';
  return type === 'count' ? '+1' : undefined;
}

function accept(
  option: OptionSpec,
  use: { value: string | undefined; spelling: string },
  reader: Reader,
): void {
  const { value, spelling } = use;
  const refusal = option.refuse?.({ spelledShort: !spelling.startsWith('--'), value });
  if (refusal !== undefined) {
    reader.problems.push(refusal);
  } else if (value === undefined) {
    reader.problems.push(new AuditError(errorCodes.invalidValue, `flag needs an argument: ${spelling}`));
  } else {
    reader.flags.push(`--${option.name}=${value}`);
  }
}

function unknownFlag(flag: string, { options, explainUnknown }: FlagGrammar): AuditError {
  const visible = options.filter(({ hidden }) => hidden !== true);
  const explained = explainUnknown?.(flag) ?? explainForeignFlag(flag, visible);
  if (explained !== undefined) return explained;
  const nearest = findNearest(
    flag.replace(/^-+/, ''),
    visible.map(({ name }) => name),
  );
  const meant = visible.find(({ name }) => name === nearest);
  const facts = meant === undefined ? [] : [`Did you mean ${formatOption(meant)}?`];
  return new AuditError(errorCodes.unknownFlag, `unknown flag ${flag}`, { facts });
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}
