/** Loaded only when there is a result to show, not for the help. */
export const loadShowResult = () => import('./show-result.ts');
