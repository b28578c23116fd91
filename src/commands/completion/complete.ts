import type { CommandEntry, OptionSpec, Surroundings } from '../../config/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { type Candidates, noCandidates, type Typed, toCandidates } from './candidates.ts';
import { completeValue } from './values.ts';
import { completeWord } from './words.ts';

/**
 * The hidden command of the completion scripts: prints what the last word may become, a candidate a line, and whether files may be meant.
 * Resolves to the exit code; says nothing about what fails.
 */
export async function complete(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const typed = {
    before: words.slice(0, -1).map(unquote),
    current: unquote(words.at(-1) ?? ''),
    surroundings,
  };
  const { values, files } = await findCandidates(typed).catch(() => noCandidates);
  const fitting = values.filter(({ value }) => value.startsWith(typed.current));
  const lines = fitting.map(({ value, help }) => (help === undefined ? value : `${value}\t${help}`));
  await surroundings.io.stdout.write([...lines, files ? ':0' : ':4', ''].join('\n'));
  return exitCodes.ok;
}

/** Shells pass words as they were typed. */
function unquote(word: string): string {
  return word.replace(/^(["'])(.*?)\1?$/s, '$2').replaceAll(/\\(.)/gs, '$1');
}

async function findCandidates(typed: Typed): Promise<Candidates> {
  const [name, ...args] = typed.before;
  const { commands } = typed.surroundings;
  if (name === undefined)
    return typed.current.startsWith('-')
      ? toCandidates(['--help', '--version'])
      : { values: commands.map(({ name: value, summary: help }) => ({ value, help })), files: false };
  const entry = commands.find((command) => command.name === name);
  return entry === undefined ? noCandidates : completeArgument(entry, { ...typed, before: args });
}

async function completeArgument(entry: CommandEntry, typed: Typed): Promise<Candidates> {
  const options = ((await entry.load()).groups ?? []).flatMap((group) => group.options);
  const { before } = typed;
  const ofFlags = before.includes('--') ? undefined : await completeFlagOrValue(options, typed);
  return ofFlags ?? completeWord(entry.name, { ...typed, before: withoutFlags(before, options) });
}

/** Undefined where neither a flag nor the value of one is being typed. */
async function completeFlagOrValue(
  options: readonly OptionSpec[],
  typed: Typed,
): Promise<Candidates | undefined> {
  const { before, current } = typed;
  const inOne = /^(--[^=]+)=(.*)$/s.exec(current);
  const spelling = inOne?.[1] ?? before.at(-1) ?? '';
  const option = options.find((one) => isSpelled(one, spelling));
  if (inOne !== null) return option === undefined ? noCandidates : behind(inOne, option, typed);
  if (option !== undefined && option.bare === undefined) return completeValue(option, typed);
  return current.startsWith('-') ? completeFlag(options, before) : undefined;
}

function isSpelled({ name, aliases = [], short }: OptionSpec, spelling: string): boolean {
  return spelling === `-${short ?? ''}` || [name, ...aliases].some((long) => spelling === `--${long}`);
}

async function behind(
  [, flag = '', value = '']: RegExpExecArray,
  option: OptionSpec,
  typed: Typed,
): Promise<Candidates> {
  if (option.kind === 'toggle') return toCandidates([`${flag}=true`, `${flag}=false`]);
  const { values, files } = await completeValue(option, { ...typed, current: value });
  return { values: values.map(({ value: one, help }) => ({ value: `${flag}=${one}`, help })), files };
}

/** A flag that counts once is not offered a second time. */
function completeFlag(options: readonly OptionSpec[], before: readonly string[]): Candidates {
  const left = options.filter(
    (option) =>
      option.hidden !== true &&
      (option.kind === 'texts' || option.kind === 'list' || !before.some((word) => isSpelled(option, word))),
  );
  const flags = left.map(({ name, help }) => ({ value: `--${name}`, help }));
  return { values: [...flags, { value: '--help', help: 'the help of this command' }], files: false };
}

function withoutFlags(words: readonly string[], options: readonly OptionSpec[]): readonly string[] {
  return words.filter((word, index) => {
    const previous = options.find((option) => isSpelled(option, words[index - 1] ?? ''));
    return !word.startsWith('-') && (previous === undefined || previous.bare !== undefined);
  });
}
