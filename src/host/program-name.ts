import { basename } from 'node:path';

/** How the user calls the program: as kubectl's plugin, whose file kubectl finds by its name, or by itself. */
export type ProgramName = 'audit-scanner' | 'kubectl audit-scanner';

/** By the path of the file that was started; a link keeps its own name. */
export function findProgramName(path: string | undefined): ProgramName {
  return /^kubectl-audit[-_]scanner(?:\.|$)/.test(basename(path ?? ''))
    ? 'kubectl audit-scanner'
    : 'audit-scanner';
}

/** Whether kubectl asks what a word of the plugin's command line may become. */
export function isPluginCompletion(path: string | undefined): boolean {
  return /^kubectl_complete-audit[-_]scanner(?:\.|$)/.test(basename(path ?? ''));
}

export const programName = findProgramName(process.argv[1]);

/** A text with commands in it, as the user has to type them. */
export function asCalled(text: string, name: ProgramName = programName): string {
  return name === 'audit-scanner'
    ? text
    : text.replaceAll(/(?<![\w:/@.-]|kubectl )audit-scanner(?= (?:[a-z]|-|\[|COMMAND|FLAGS))/g, name);
}
