/** What shows a result is loaded by whoever has one, and not with the help. */
export const loadShowResult = () => import('./show-result.ts');
