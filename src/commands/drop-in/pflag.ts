import { type CommandLine, type OptionSpec, Uses, unknownFlag } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';

type Reader = {
  readonly options: readonly OptionSpec[];
  readonly pending: string[];
  readonly uses: Uses;
};

/** Reads every spelling that Go's pflag accepts: `-nfoo`, `-n=foo`, `-n foo`, `-co`, `--x v`, `--x=v`. */
export function readGoFlags(argv: readonly string[], options: readonly OptionSpec[]): CommandLine {
  const reader: Reader = { options, pending: [...argv], uses: new Uses() };
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
  return { flags: reader.uses.flags, positionals, problems: reader.uses.problems };
}

function readLong(arg: string, { options, pending, uses }: Reader): void {
  const [flag, inline] = splitOnce(arg.slice(2));
  const spelling = `--${flag}`;
  if (flag === '' || flag.startsWith('-')) {
    uses.problems.push(new AuditError(errorCodes.unknownFlag, `bad flag syntax: ${arg}`));
    return;
  }
  const option = options.find(({ name }) => name === flag);
  if (option === undefined) uses.problems.push(unknownFlag(spelling, { options }));
  else uses.add({ option, spelling, value: inline ?? option.bare ?? pending.shift() });
}

function readShorts(arg: string, { options, pending, uses }: Reader): void {
  for (let rest = arg.slice(1); rest !== ''; ) {
    const short = rest[0] ?? '';
    const tail = rest.slice(1);
    const spelling = `-${short}`;
    const option = options.find((candidate) => candidate.short === short);
    if (option === undefined) {
      uses.problems.push(unknownFlag(spelling, { options }));
      return;
    }
    const inline = /^=./.test(tail) ? tail.slice(1) : undefined;
    const isBare = inline === undefined && option.bare !== undefined;
    const value = inline ?? option.bare ?? (tail === '' ? pending.shift() : tail);
    uses.add({ option, spelling, value });
    rest = isBare ? tail : '';
  }
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}
