import type { Surroundings } from '../../config/index.ts';

/** The words of a command line up to the cursor; `current` is what is being typed, and may be empty. */
export type Typed = {
  readonly before: readonly string[];
  readonly current: string;
  readonly surroundings: Surroundings;
};

/** What a word may become, and whether it may be a file as well. */
export type Candidates = {
  readonly values: readonly { readonly value: string; readonly help?: string | undefined }[];
  readonly files: boolean;
};

export const noCandidates: Candidates = { values: [], files: false };
export const filesOnly: Candidates = { values: [], files: true };

export function toCandidates(values: readonly string[]): Candidates {
  return { values: values.map((value) => ({ value })), files: false };
}
