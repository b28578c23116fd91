import type { OptionSpec } from '../index.ts';

/** The flags that a configuration file may set, and whose flags are known besides, to say that they are not for a file. */
export type ConfigVocabulary = {
  readonly options: readonly OptionSpec[];
  readonly others: readonly OtherCommand[];
};

/** Another command, and its flags. */
export type OtherCommand = { readonly name: string; readonly options: readonly OptionSpec[] };
