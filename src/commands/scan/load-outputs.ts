/** The documents of a run, loaded when there is something to write: the help of a command that writes them does without. */
export const loadOutputs = async () => import('./output.ts');
