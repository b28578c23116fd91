import { type Environment, environmentVariable, type FlagValues } from '../../config/index.ts';

/** What is scanned: the words of the command line, and what --filename and --kustomize name. None of them for a live cluster. */
export function findPaths(
  words: readonly string[],
  flags: FlagValues,
  environment: Environment,
): readonly string[] {
  const textsOf = (name: 'filename' | 'kustomize'): readonly string[] => {
    const variable = environment[environmentVariable(name)] ?? '';
    return flags[name] ?? (variable === '' ? [] : [variable]);
  };
  return [...words, ...textsOf('filename'), ...textsOf('kustomize')];
}
