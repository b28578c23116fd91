import { AuditError, errorCodes, formatOrigin, type ResourceOrigin } from '../../domain/index.ts';
import type { Checked, OptionSpec } from '../index.ts';
import { fromFolderOf } from './paths.ts';
import { explainUnknownKey } from './unknown-key.ts';
import type { ConfigVocabulary } from './vocabulary.ts';

/** One document of a configuration file, with every scalar as the text that is written. */
export type ConfigDocument = {
  readonly value: unknown;
  readonly repeatedKeys: readonly { readonly key: string; readonly origin: ResourceOrigin }[];
  /** Says where the value under a path of keys and indices is written. */
  readonly locate: (path: readonly PropertyKey[]) => ResourceOrigin;
};

/** What a configuration file says about one flag. `texts` are as they would be typed where the program runs. */
export type ConfigEntry = {
  readonly option: OptionSpec;
  readonly texts: readonly string[];
  readonly origin: ResourceOrigin;
};

/** Reads what the documents of a file say. Every mistake is one problem, with its line and column, in their order. */
export function readConfigFile(
  documents: readonly ConfigDocument[],
  vocabulary: ConfigVocabulary,
): Checked<readonly ConfigEntry[]> {
  const [document, second] = documents;
  if (document === undefined) return { ok: true, value: [] };
  if (second !== undefined)
    return refused([at(second.locate([]), 'a second document begins here, but the file may have only one')]);
  const { value } = document;
  if (!isMapping(value))
    return refused([
      at(document.locate([]), 'the file must be a mapping: each line begins with the name of a flag'),
    ]);
  const repeated = document.repeatedKeys.map(({ key, origin }) => at(origin, `"${key}" is repeated`));
  const read = Object.entries(value).map(([key, given]) => readEntry({ key, given }, document, vocabulary));
  const broken = read.flatMap((one) => ('option' in one ? [] : one));
  const problems = [...repeated, ...broken].sort((a, b) => (a.origin.line ?? 0) - (b.origin.line ?? 0));
  return problems.length === 0
    ? { ok: true, value: read.flatMap((one) => ('option' in one ? [one] : [])) }
    : refused(problems);
}

function refused(problems: readonly Problem[]): Checked<never> {
  return { ok: false, problems: problems.map(({ error }) => error) };
}

type Line = { readonly key: string; readonly given: unknown };

function readEntry(
  { key, given }: Line,
  { locate }: ConfigDocument,
  vocabulary: ConfigVocabulary,
): ConfigEntry | readonly Problem[] {
  const origin = locate([key]);
  const option = vocabulary.options.find(({ name }) => name === key);
  if (option === undefined) return [at(origin, ...explainUnknownKey(key, vocabulary))];
  const written = readTexts(given, option);
  if ('wrong' in written) return [at(locate([key, written.index]), `"${key}" ${written.wrong}`)];
  const problems = written.flatMap((text, index) => findProblem(text, option, locate([key, index])));
  return problems.length > 0
    ? problems
    : { option, texts: fromFolderOf(origin.path, written, option), origin };
}

type Wrong = { readonly wrong: string; readonly index: number };

/** One text for each use of the flag, or what is wrong with the value, and with which element of it. */
function readTexts(given: unknown, { kind, accepts }: OptionSpec): readonly string[] | Wrong {
  const takesList = kind === 'texts' || kind === 'list';
  const values: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (Array.isArray(given) && !takesList) return { wrong: `takes ${describeOne()}, not a list`, index: 0 };
  const index = values.findIndex((value) => typeof value !== 'string' || /^(?:~|null|)$/.test(value));
  const value = values[index];
  if (index !== -1)
    return typeof value === 'string'
      ? { wrong: 'has no value; write one, or leave the line out', index }
      : { wrong: `takes ${takesList ? 'texts: one, or a list of them' : describeOne()}`, index };
  return values.filter((one) => typeof one === 'string');

  function describeOne(): string {
    if (kind === 'toggle') return 'true or false';
    return kind === 'count' || (accepts !== undefined && 'minimum' in accepts)
      ? 'a whole number'
      : 'one text';
  }
}

function findProblem(text: string, option: OptionSpec, origin: ResourceOrigin): readonly Problem[] {
  if (text === '-' && option.placeholder !== undefined)
    return [
      at(origin, `"${option.name}" cannot be stdin in a file; give --${option.name} - on the command line`),
    ];
  const reading = option.read([text]);
  if (reading.ok) return [];
  return reading.broken.map(({ text: broken, invalid: { hint, sentence } }) =>
    at(origin, sentence ?? `invalid value "${broken}" for "${option.name}"`, hint),
  );
}

type Problem = { readonly origin: ResourceOrigin; readonly error: AuditError };

function at(origin: ResourceOrigin, message: string, fact = ''): Problem {
  const facts = fact === '' ? [] : [fact];
  return {
    origin,
    error: new AuditError(errorCodes.configInvalid, `${formatOrigin(origin)}: ${message}`, { facts }),
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
