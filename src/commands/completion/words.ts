import { type Candidates, filesOnly, noCandidates, type Typed, toCandidates } from './candidates.ts';
import { shells } from './shells.ts';
import { ask } from './values.ts';

/** What the first word of a command may be that is neither a flag nor a value of one. */
const firstWords: Readonly<Record<string, (typed: Typed) => Candidates | Promise<Candidates>>> = {
  scan: () => filesOnly,
  policies: async (typed) => toCandidates(await ask('policies', typed)),
  explain: completeCode,
  help: completeTopic,
  completion: () => toCandidates(shells),
  config: () => toCandidates(['show', 'init', 'validate']),
};

/** Of these, each word may be a file but for the first of `config`. */
const takesFiles = new Set(['scan', 'config']);

/** What a word of a command may be that is neither a flag nor a value of one. `before` has such words only. */
export async function completeWord(command: string, typed: Typed): Promise<Candidates> {
  if (typed.before.length > 0) return takesFiles.has(command) ? filesOnly : noCandidates;
  return (await firstWords[command]?.(typed)) ?? noCandidates;
}

async function completeCode(): Promise<Candidates> {
  const { manual } = await import('../../manual/index.ts');
  return {
    values: Object.entries(manual).map(([value, { title }]) => ({ value, help: title })),
    files: false,
  };
}

async function completeTopic({ surroundings: { commands } }: Typed): Promise<Candidates> {
  const { loadHelpTopics } = await import('../help/index.ts');
  const topics = commands.filter(({ isTopic }) => isTopic);
  return toCandidates([...Object.keys(await loadHelpTopics()), ...topics.map(({ name }) => name)]);
}
