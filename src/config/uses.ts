import { AuditError, errorCodes } from '../domain/index.ts';
import type { FlagValues } from './given.ts';
import { type OptionSpec, optionKey } from './option.ts';

/** The flags of a command. `explainUnknown` may know why a flag that does not exist was tried. */
export type FlagGrammar = {
  readonly options: readonly OptionSpec[];
  readonly explainUnknown?: ((flag: string) => AuditError | undefined) | undefined;
};

/** What stands on a command line, nothing interpreted yet, and everything that makes no sense on it. */
export type CommandLine = {
  readonly flags: FlagValues;
  readonly positionals: readonly string[];
  readonly problems: readonly AuditError[];
};

/** One use of an option: `value` is undefined where it is missing. */
export type Use = {
  readonly option: OptionSpec;
  /** As it was typed, without the value. */
  readonly spelling: string;
  readonly value: string | undefined;
};

/** Collects the uses of options as they are met, and what is wrong with them. */
export class Uses {
  readonly #flags: Record<string, string[]> = {};
  readonly problems: AuditError[] = [];

  get flags(): FlagValues {
    return this.#flags;
  }

  add({ option, spelling, value }: Use): void {
    const refusal = option.refuse?.({ spelledShort: !spelling.startsWith('--'), value });
    if (refusal !== undefined) {
      this.problems.push(refusal);
    } else if (value === undefined) {
      this.problems.push(new AuditError(errorCodes.invalidValue, `flag needs an argument: ${spelling}`));
    } else {
      (this.#flags[optionKey(option.name)] ??= []).push(value);
    }
  }
}
